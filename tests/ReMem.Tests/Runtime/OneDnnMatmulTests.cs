using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

public sealed class OneDnnMatmulTests : IDisposable
{
    private readonly IDisposable _scope = NewDisposeScope();

    public OneDnnMatmulTests() => Libtorch.Load();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void It_is_the_product_or_is_added_to_what_is_there()
    {
        OneDnnProducts.Require();
        foreach (int rows in new[] { 1, 2, 17, 64 })
        {
            foreach (int inner in new[] { 1, 3, 16, 200 })
            {
                foreach (int columns in new[] { 1, 10, 72, 128 })
                {
                    Tensor a = rand(rows, inner), b = rand(inner, columns), there = rand(rows, columns), result = there.clone();
                    Tensor expected = Double(a).mm(Double(b));
                    OneDnnMatmul.Multiply(a, b, result, adds: true);
                    Close(expected + Double(there), result);
                    OneDnnMatmul.Multiply(a.t().contiguous().t(), b.t().contiguous().t(), result);
                    Close(expected, result);
                }
            }
        }
    }

    [Fact]
    public void Batches_are_multiplied_each_by_its_own()
    {
        OneDnnProducts.Require();
        Tensor a = rand(6, 33, 16), b = rand(6, 65, 16), result = empty(6, 33, 65);
        OneDnnMatmul.Multiply(a, b.transpose(1, 2), result);
        Close(Double(a).matmul(Double(b).transpose(1, 2)), result);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("AVX512_CORE", true)]
    [InlineData("avx512_core_bf16", true)]
    [InlineData("ALL", true)]
    [InlineData("AVX2", false)]
    [InlineData("AVX2_VNNI", false)]
    [InlineData("SSE41", false)]
    public void A_users_limit_of_instructions_may_forbid_it(string? isa, bool allows) => Assert.Equal(allows, OneDnnMatmul.Allows(isa));

    /// <summary>The function itself would end the process.</summary>
    [Fact]
    public void What_does_not_fit_is_refused_before_the_call()
    {
        void Refused(Tensor a, Tensor b, Tensor result) =>
            Assert.Contains("no product of float32", Assert.Throws<ArgumentException>(() => OneDnnMatmul.Multiply(a, b, result)).Message,
                StringComparison.Ordinal);
        Refused(zeros(2, 3), zeros(4, 5), zeros(2, 5));
        Refused(zeros(2, 3), zeros(3, 5), zeros(2, 4));
        Refused(zeros(2, 3), zeros(3, 5), zeros(5, 2).t());
        Refused(zeros(2, 3), zeros(3), zeros(2));
        Refused(zeros(2, 3, 4), zeros(3, 4, 5), zeros(2, 3, 5));
        Refused(zeros(0, 3), zeros(3, 5), zeros(0, 5));
        Refused(zeros(2, 3, ScalarType.Float64), zeros(3, 5, ScalarType.Float64), zeros(2, 5, ScalarType.Float64));
        Refused(zeros(2, 3, ScalarType.BFloat16), zeros(3, 5, ScalarType.BFloat16), zeros(2, 5, ScalarType.BFloat16));
    }

    private static Tensor Double(Tensor x) => x.to(ScalarType.Float64);

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - Double(actual)).norm().item<double>() / expected.norm().item<double>(), 0, 1e-5);
    }
}
