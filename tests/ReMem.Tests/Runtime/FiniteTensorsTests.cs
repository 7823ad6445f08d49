using ReMem.Runtime;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

public class FiniteTensorsTests
{
    [Fact]
    public void The_first_broken_tensor_is_named_with_its_place()
    {
        using var scope = NewDisposeScope();
        Tensor b = zeros(2, 3), c = zeros(4);
        b[1, 2] = float.NegativeInfinity;
        c[0] = float.NaN;
        Assert.Equal(
            new NonFiniteTensor("b", "infinity", 5),
            FiniteTensors.FirstBroken(new Dictionary<string, Tensor>
            {
                ["n"] = tensor(3L),
                ["empty"] = zeros(0),
                ["a"] = ones(5),
                ["b"] = b,
                ["c"] = c,
            }));
        Assert.Equal(new NonFiniteTensor("c", "NaN", 0), FiniteTensors.FirstBroken(new Dictionary<string, Tensor> { ["c"] = c }));
        Assert.Null(FiniteTensors.FirstBroken(new Dictionary<string, Tensor> { ["a"] = ones(5) }));
    }

    /// <summary>Sums that overflow, or in which infinities of either sign meet, say nothing of the numbers by themselves.</summary>
    [Theory]
    [InlineData(ScalarType.Float32, 3e38, 3e38, true)]
    [InlineData(ScalarType.Float16, 6e4, 6e4, true)]
    [InlineData(ScalarType.BFloat16, 3e38, 3e38, true)]
    [InlineData(ScalarType.Float32, double.PositiveInfinity, double.NegativeInfinity, false)]
    [InlineData(ScalarType.Float64, 1e300, double.NaN, false)]
    public void A_finite_sum_is_not_what_counts(ScalarType type, double first, double second, bool finite)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(finite, FiniteTensors.IsFinite(tensor([first, second]).to(type)));
    }

    [Fact]
    public void A_model_that_is_not_finite_is_not_saved()
    {
        using var scope = NewDisposeScope();
        FiniteTensors.RequireToSave(new Dictionary<string, Tensor> { ["a"] = ones(5) }, "the model", "here");
        ReMemException error = Assert.Throws<ReMemException>(() =>
            FiniteTensors.RequireToSave(new Dictionary<string, Tensor> { ["a"] = ones(1) * double.NaN }, "the model", "here"));
        Assert.Equal(("The tensor 'a' holds NaN, so the model is not written.", "here"), (error.Message, error.Where));
        Assert.IsNotType<InputException>(error);
    }
}
