using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>One model of every form of transformer in the catalogue, with its flags but two narrow blocks on 3 x 3 patches.</summary>
internal static class TinyTransformers
{
    public const int Image = 12;

    public static TheoryData<string> Names =>
    [
        "vit_base_patch16_224",
        "deit_base_distilled_patch16_224",
        "deit3_base_patch16_224",
        "vit_medium_patch16_gap_256",
        "vit_medium_patch16_reg4_gap_256",
        "vit_base_patch14_reg4_dinov2",
        "vit_giant_patch14_dinov2",
        "vit_base_patch16_clip_quickgelu_224",
        "vit_so400m_patch16_siglip_256",
        "eva02_tiny_patch14_224",
        "eva02_base_patch14_224",
        "eva02_base_patch16_clip_224",
        "vit_base_patch16_dinov3",
        "vit_small_plus_patch16_dinov3_qkvb",
        "beitv2_base_patch16_224",
        "qk_norm",
    ];

    /// <summary>Filled by the goldens' formula, in evaluation mode, with 3 classes.</summary>
    public static TransformerModel Make(string name, ModelOptions? options = null, int patch = 4)
    {
        bool queryNorm = name == "qk_norm";
        name = queryNorm ? "vit_base_patch16_224" : name;
        TransformerShape shape = ModelCatalogue.ShapeOf(name)! with { PatchSize = patch, Width = 16, Depth = 2, Heads = 2 };
        options ??= new ModelOptions();
        options = options with { NumClasses = 3, ImageSize = options.ImageSize ?? Image, QkNorm = queryNorm };
        TransformerModel model = shape.Build(ModelCatalogue.Info(name), options);
        GoldenWeights.Fill(model);
        model.eval();
        return model;
    }

    public static Tensor Images(int count = 2, int size = Image, ScalarType type = ScalarType.Float32) =>
        Goldens.UniformTensor("input", 1, count, 3, size, size).to(type);
}
