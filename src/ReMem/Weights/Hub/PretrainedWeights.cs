namespace ReMem.Weights.Hub;

/// <summary>The usual pretrained weights of models: timm's repositories on the hub, by timm's default tags.</summary>
internal static class PretrainedWeights
{
    /// <summary>What a recipe writes for them.</summary>
    public const string Auto = "auto";

    /// <summary>What a command writes for none, where weights are the default.</summary>
    public const string None = "none";

    private static readonly Dictionary<string, string> Tags = new(StringComparer.Ordinal)
    {
        ["deit_tiny_patch16_224"] = "fb_in1k",
        ["deit_small_patch16_224"] = "fb_in1k",
        ["deit_base_patch16_224"] = "fb_in1k",
        ["vit_tiny_patch16_224"] = "augreg_in21k_ft_in1k",
        ["vit_small_patch16_224"] = "augreg_in21k_ft_in1k",
        ["vit_base_patch16_224"] = "augreg2_in21k_ft_in1k",
        ["vit_large_patch16_224"] = "augreg_in21k_ft_in1k",
        ["vit_small_patch14_dinov2"] = "lvd142m",
        ["vit_base_patch14_dinov2"] = "lvd142m",
        ["vit_large_patch14_dinov2"] = "lvd142m",
        ["resnet18"] = "a1_in1k",
        ["resnet34"] = "a1_in1k",
        ["resnet50"] = "a1_in1k",
        ["mobilenetv2_100"] = "ra_in1k",
        ["mobilenetv3_small_100"] = "lamb_in1k",
        ["mobilenetv3_large_100"] = "ra_in1k",
        ["mobilenetv4_conv_small"] = "e2400_r224_in1k",
        ["mobilenetv4_conv_medium"] = "e500_r256_in1k",
        ["efficientnet_b0"] = "ra_in1k",
        ["tf_efficientnetv2_s"] = "in21k_ft_in1k",
        ["convnext_atto"] = "d2_in1k",
        ["convnext_femto"] = "d1_in1k",
        ["convnext_pico"] = "d1_in1k",
        ["convnext_tiny"] = "in12k_ft_in1k",
    };

    /// <summary>The source of a model's weights; null where none are known.</summary>
    public static string? Find(string model) => Tags.TryGetValue(model, out string? tag) ? $"hf-hub:timm/{model}.{tag}" : null;

    /// <summary>The source of a model's weights.</summary>
    /// <param name="model">timm's name.</param>
    /// <param name="where">Where they are wanted, for the error.</param>
    /// <param name="remedy">How to give others.</param>
    /// <exception cref="InputException">None are known.</exception>
    public static string Require(string model, string where, string remedy) =>
        Find(model) ?? throw new InputException($"No default weights are known for '{model}'.", where, remedy);
}
