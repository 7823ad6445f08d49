using ReMem.Models;
using ReMem.Tests.Models;
using ReMem.Weights;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

public sealed class ShapeAdaptationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("deit_base_distilled_patch16_224", "pos_embed", 2)]
    [InlineData("vit_base_patch14_reg4_dinov2", "pos_embed", 0)]
    [InlineData("vit_so400m_patch16_siglip_256", "pos_embed", 0)]
    [InlineData("eva02_tiny_patch14_224", "pos_embed", 1)]
    public void Positions_of_another_image_size_are_resampled_without_their_prefix(string name, string tensor, int prefix)
    {
        (WeightLoadReport report, Dictionary<string, Tensor> source, Dictionary<string, Tensor> loaded) = Load(name, image: 20, patch: 4);
        Assert.Equal([tensor], report.Resampled);
        Assert.True(Goldens.Same(PositionEmbedding.Resample(source[tensor], 5, prefix), loaded[tensor]));
    }

    [Fact]
    public void Relative_biases_of_another_image_size_are_resampled_in_every_block()
    {
        (WeightLoadReport report, Dictionary<string, Tensor> source, Dictionary<string, Tensor> loaded) = Load("beitv2_base_patch16_224",
            image: 20, patch: 4);
        string[] tables = ["blocks.0.attn.relative_position_bias_table", "blocks.1.attn.relative_position_bias_table"];
        Assert.Equal(tables, report.Resampled);
        Assert.All(tables, t => Assert.True(Goldens.Same(RelativePositionBias.Resample(source[t], 5), loaded[t]), t));
    }

    [Fact]
    public void Kernels_of_another_patch_size_are_resampled()
    {
        (WeightLoadReport report, Dictionary<string, Tensor> source, Dictionary<string, Tensor> loaded) = Load("vit_base_patch16_dinov3",
            image: 18, patch: 6);
        Assert.Equal(["patch_embed.proj.weight"], report.Resampled);
        Assert.True(Goldens.Same(PatchKernel.Resample(source["patch_embed.proj.weight"], 6), loaded["patch_embed.proj.weight"]));
    }

    [Fact]
    public void Tensors_that_are_computed_are_no_surprise_in_a_file()
    {
        using TransformerModel source = TinyTransformers.Make("beitv2_base_patch16_224");
        Dictionary<string, Tensor> state = source.state_dict();
        state["blocks.0.attn.relative_position_index"] = zeros(10, 10, ScalarType.Int64);
        state["rope.freqs"] = zeros(4);
        using TransformerModel model = TinyTransformers.Make("beitv2_base_patch16_224");
        WeightLoadReport report = WeightLoader.Load(model, Store(state));
        Assert.Equal((state.Count - 2, 0), (report.Loaded, report.Unexpected.Count));
    }

    [Fact]
    public void Positions_that_are_no_square_are_refused()
    {
        using TransformerModel source = TinyTransformers.Make("vit_base_patch16_224");
        Dictionary<string, Tensor> state = source.state_dict();
        state["pos_embed"] = zeros(1, 9, 16);
        using TransformerModel model = TinyTransformers.Make("vit_base_patch16_224");
        Assert.Contains("'pos_embed' is [1, 9, 16]", Assert.Throws<InputException>(() => WeightLoader.Load(model, Store(state))).Message,
            StringComparison.Ordinal);
    }

    private (WeightLoadReport Report, Dictionary<string, Tensor> Source, Dictionary<string, Tensor> Loaded) Load(string name, int image,
        int patch)
    {
        TransformerModel source = TinyTransformers.Make(name);
        TransformerModel model = TinyTransformers.Make(name, new ModelOptions { ImageSize = image }, patch);
        WeightLoadReport report = WeightLoader.Load(model, Store(source.state_dict()));
        Dictionary<string, Tensor> Copy(TransformerModel m) => m.state_dict().ToDictionary(t => t.Key, t => t.Value.detach().clone());
        var result = (report, Copy(source), Copy(model));
        source.Dispose();
        model.Dispose();
        return result;
    }

    private string Store(Dictionary<string, Tensor> state)
    {
        string path = _folder.File($"{Guid.NewGuid():N}.safetensors");
        SafetensorsWriter.Write(path, state);
        return path;
    }
}
