using ReMem.Models;
using ReMem.Teachers;
using static TorchSharp.torch;

namespace ReMem.Tests.Teachers;

[Collection(TorchGenerator.Name)]
public sealed class SpectralNormsTests
{
    [Theory]
    [InlineData(5, 5)]
    [InlineData(12, 3)]
    [InlineData(4, 30)]
    public void Many_iterations_find_the_largest_singular_value(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        manual_seed(rows);
        Tensor weight = randn([rows, columns], ScalarType.Float64);
        double largest = linalg.svdvals(weight)[0].item<double>();
        Assert.Equal(largest, SpectralNorms.Largest(weight, 2000).item<double>(), 1e-6 * largest);
        double few = SpectralNorms.Largest(weight, SpectralNorms.Iterations).item<double>();
        Assert.InRange(few, 0.8 * largest, largest * (1 + 1e-9));
    }

    [Fact]
    public void The_gradient_is_the_outer_product_of_the_singular_vectors()
    {
        using var scope = NewDisposeScope();
        Tensor weight = diag(tensor(new[] { 3.0, 1, 0.5 })).requires_grad_(true);
        SpectralNorms.Largest(weight, 500).backward();
        Tensor expected = zeros([3, 3], ScalarType.Float64);
        expected[0, 0] = 1;
        Assert.True(allclose(expected, weight.grad!, 1e-9, 1e-9));
    }

    [Fact]
    public void A_zero_matrix_has_none_and_the_sum_counts_trained_weights_only()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, SpectralNorms.Largest(zeros([3, 2, 2]), 5).item<float>());
        manual_seed(1);
        using ImageModel model = ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 3, ImageSize = 32 });
        double all = SpectralNorms.Sum(model).item<float>();
        double head = 0;
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in model.named_parameters())
        {
            bool kept = name == "head.weight";
            if (kept)
                head = SpectralNorms.Largest(parameter, SpectralNorms.Iterations).item<float>();
            parameter.requires_grad_(kept);
        }

        Assert.Equal(head, SpectralNorms.Sum(model).item<float>(), 1e-6);
        Assert.True(all > head);
    }
}
