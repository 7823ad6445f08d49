using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

public class ConvNeXtTests
{
    [Fact]
    public void An_image_that_would_vanish_is_refused()
    {
        InputException e = Assert.Throws<InputException>(() => ModelCatalogue.Create("convnext_atto", new ModelOptions { ImageSize = 31 }));
        Assert.Contains("The image size 31 is too small for 'convnext_atto'", e.Message, StringComparison.Ordinal);
        Assert.Equal("Use 32 or more.", e.Remedy);
        using ImageModel model = ModelCatalogue.Create("convnext_atto", new ModelOptions { ImageSize = 32, NumClasses = 2 });
        using Tensor logits = model.call(zeros(1, 3, 32, 32));
        Assert.Equal([1, 2], logits.shape);
    }

    [Fact]
    public void Both_forms_of_the_MLP_are_one_function()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var linear = new ConvNeXtBlock(8, convMlp: false);
        using var conv = new ConvNeXtBlock(8, convMlp: true);
        GoldenWeights.Fill(linear);
        GoldenWeights.Fill(conv);
        Tensor x = Goldens.UniformTensor("input", 1, 2, 8, 5, 7).to(ScalarType.Float32);
        Assert.True(linear.call(x).allclose(conv.call(x), 1e-5, 1e-6));
    }

    [Fact]
    public void A_new_block_is_nearly_the_identity()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var block = new ConvNeXtBlock(8, convMlp: true);
        Assert.True(block.state_dict()["gamma"].eq(1e-6f).all().item<bool>());
        Tensor x = Goldens.UniformTensor("input", 1, 1, 8, 5, 5).to(ScalarType.Float32);
        Assert.InRange((block.call(x) - x).abs().max().item<float>(), 1e-9f, 1e-4f);
    }
}
