namespace ReMem.Models;

/// <content>The pretrained Vision Transformers.</content>
public static partial class ModelCatalogue
{
    private static void AddTeachers(Dictionary<string, ModelEntry> entries)
    {
        void Vit(ModelInfo info, VisionTransformerShape shape) => entries.Add(info.Name, new ModelEntry(info, (i, o) => new VisionTransformer(i, o, shape), shape));

        foreach ((string size, int width, int depth, int heads) in new[] { ("tiny", 192, 12, 3), ("small", 384, 12, 6), ("base", 768, 12, 12), ("large", 1024, 24, 16) })
        {
            Vit(new ModelInfo($"vit_{size}_patch16_224", "teacher", 224, Normalization.Half, 0.9, "bicubic", "head"), new(16, width, depth, heads));
            if (size != "tiny")
                Vit(new ModelInfo($"vit_{size}_patch32_224", "teacher", 224, Normalization.Half, 0.9, "bicubic", "head"), new(32, width, depth, heads));
            if (size != "large")
                Vit(new ModelInfo($"deit_{size}_patch16_224", "teacher", 224, Normalization.ImageNet, 0.9, "bicubic", "head"), new(16, width, depth, heads));
        }

        // The demo's own: timm.models.VisionTransformer(img_size=32, patch_size=4, embed_dim=128, depth=6, num_heads=4).
        Vit(new ModelInfo(DemoTeacher, "teacher", 32, Normalization.Half, 1, "bicubic", "head"), new(4, 128, 6, 4));
    }
}
