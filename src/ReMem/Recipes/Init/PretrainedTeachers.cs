namespace ReMem.Recipes.Init;

/// <summary>Default weights of common teachers: timm's repositories on the hub.</summary>
internal static class PretrainedTeachers
{
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
    };

    /// <summary>The source of a teacher's weights.</summary>
    /// <exception cref="InputException">None is known.</exception>
    public static string Source(string model) => Tags.TryGetValue(model, out string? tag)
        ? $"hf-hub:timm/{model}.{tag}"
        : throw new InputException(
            $"No default weights are known for '{model}'.", "--model", "Give them: --weights PATH or --weights hf-hub:owner/name.");
}
