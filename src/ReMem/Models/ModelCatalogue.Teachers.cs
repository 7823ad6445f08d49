using ReMem.Models.Layers;

namespace ReMem.Models;

/// <content>The pretrained transformers. Facts that differ between timm's checkpoints of a name are those of its default one.</content>
public static partial class ModelCatalogue
{
    private static void AddTeachers(Dictionary<string, ModelEntry> entries)
    {
        AddPlain(entries);
        AddDeit(entries);
        AddAveraging(entries);
        AddDino(entries);
        AddClip(entries);
        AddSiglip(entries);
        AddEva(entries);
        AddBeit(entries);

        // The demo's own: timm.models.VisionTransformer(img_size=32, patch_size=4, embed_dim=128, depth=6, num_heads=4).
        Add(entries, DemoTeacher, 32, Normalization.Half, 1, new VisionTransformerShape(4, 128, 6, 4));
    }

    private static void Add(Dictionary<string, ModelEntry> entries, string name, int size, Normalization normalization, double crop,
        TransformerShape shape)
    {
        var info = new ModelInfo(name, "teacher", size, normalization, crop, "bicubic", "head");
        if (shape.DistillationToken)
            info = info with { OtherClassifiers = ["head_dist"] };
        entries.Add(name, new ModelEntry(info, (i, o) => shape.Build(i, o), shape));
    }

    private static (int Width, int Depth, int Heads) SizeOf(string name) => name switch
    {
        "tiny" => (192, 12, 3),
        "small" => (384, 12, 6),
        "base" => (768, 12, 12),
        "large" => (1024, 24, 16),
        "huge" => (1280, 32, 16),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such size"),
    };

    private static VisionTransformerShape Vit(string size, int patch)
    {
        (int width, int depth, int heads) = SizeOf(size);
        return new VisionTransformerShape(patch, width, depth, heads);
    }

    private static void AddPlain(Dictionary<string, ModelEntry> entries)
    {
        foreach ((string size, int patch, int image) in new[]
        {
            ("tiny", 16, 224), ("tiny", 16, 384), ("small", 32, 224), ("small", 32, 384), ("small", 16, 224), ("small", 16, 384), ("small",
                8, 224),
            ("base", 32, 224), ("base", 32, 384), ("base", 16, 224), ("base", 16, 384), ("base", 8, 224),
            ("large", 32, 224), ("large", 32, 384), ("large", 16, 224), ("large", 16, 384), ("large", 14, 224), ("huge", 14, 224),
        })
            Add(entries, $"vit_{size}_patch{patch}_{image}", image, Normalization.Half, image == 384 ? 1 : 0.9, Vit(size, patch));
        Add(entries, "vit_giant_patch14_224", 224, Normalization.Half, 0.9, Giant(14));
        Add(entries, "vit_gigantic_patch14_224", 224, Normalization.Half, 0.9, Gigantic(14));
    }

    private static VisionTransformerShape Giant(int patch) => new(patch, 1408, 40, 16) { MlpRatio = 48.0 / 11 };

    private static VisionTransformerShape Gigantic(int patch) => new(patch, 1664, 48, 16) { MlpRatio = 64.0 / 13 };

    private static void AddDeit(Dictionary<string, ModelEntry> entries)
    {
        foreach ((string size, int image) in new[] { ("tiny", 224), ("small", 224), ("base", 224), ("base", 384) })
        {
            double crop = image == 384 ? 1 : 0.9;
            Add(entries, $"deit_{size}_patch16_{image}", image, Normalization.ImageNet, crop, Vit(size, 16));
            Add(entries, $"deit_{size}_distilled_patch16_{image}", image, Normalization.ImageNet, crop,
                Vit(size, 16) with { DistillationToken = true });
        }

        VisionTransformerShape Third(VisionTransformerShape shape) => shape with { LayerScale = 1e-6, PrefixPositions = false };
        foreach (string size in new[] { "small", "base", "large" })
        {
            Add(entries, $"deit3_{size}_patch16_224", 224, Normalization.ImageNet, 0.9, Third(Vit(size, 16)));
            Add(entries, $"deit3_{size}_patch16_384", 384, Normalization.ImageNet, 1, Third(Vit(size, 16)));
        }

        Add(entries, "deit3_medium_patch16_224", 224, Normalization.ImageNet, 0.9, Third(new(16, 512, 12, 8)));
        Add(entries, "deit3_huge_patch14_224", 224, Normalization.ImageNet, 0.9, Third(Vit("huge", 14)));
    }

    private static void AddAveraging(Dictionary<string, ModelEntry> entries)
    {
        VisionTransformerShape Mean(int patch, int width, int depth, int heads) =>
            new(patch, width, depth, heads) { ClassToken = false, Pool = GlobalPool.Avg };
        foreach (int image in new[] { 240, 256, 384 })
        {
            VisionTransformerShape medium = Mean(16, 512, 12, 8) with { FcNorm = false, QkvBias = false, LayerScale = 1e-6 };
            Add(entries, $"vit_medium_patch16_gap_{image}", image, Normalization.Half, 0.95, medium);
        }

        Add(entries, "vit_base_patch16_gap_224", 224, Normalization.Half, 0.9, Mean(16, 768, 12, 16) with { FcNorm = false });
        foreach ((string name, int registers, int image, VisionTransformerShape shape) in new[]
        {
            ("wee", 1, 256, Mean(16, 256, 14, 4) with { MlpRatio = 5 }),
            ("little", 1, 256, Mean(16, 320, 14, 5) with { MlpRatio = 5.6 }),
            ("little", 4, 256, Mean(16, 320, 14, 5) with { MlpRatio = 5.6 }),
            ("medium", 1, 256, Mean(16, 512, 12, 8)),
            ("medium", 4, 256, Mean(16, 512, 12, 8)),
            ("mediumd", 4, 256, Mean(16, 512, 20, 8)),
            ("mediumd", 4, 384, Mean(16, 512, 20, 8)),
            ("betwixt", 1, 256, Mean(16, 640, 12, 10)),
            ("betwixt", 4, 256, Mean(16, 640, 12, 10)),
            ("betwixt", 4, 384, Mean(16, 640, 12, 10)),
        })
        {
            VisionTransformerShape full = shape with { RegisterTokens = registers, PrefixPositions = false, LayerScale = 1e-5 };
            Add(entries, $"vit_{name}_patch16_reg{registers}_gap_{image}", image, Normalization.Half, image == 384 ? 1 : 0.95, full);
        }
    }

    private static void AddDino(Dictionary<string, ModelEntry> entries)
    {
        foreach ((string size, VisionTransformerShape shape) in new[]
        {
            ("small", Vit("small", 14)),
            ("base", Vit("base", 14)),
            ("large", Vit("large", 14)),
            ("giant", new VisionTransformerShape(14, 1536, 40, 24) { MlpRatio = 2.66667, Mlp = MlpKind.PackedSwiGlu }),
        })
        {
            VisionTransformerShape full = shape with { LayerScale = 1e-5 };
            Add(entries, $"vit_{size}_patch14_dinov2", 518, Normalization.ImageNet, 1, full);
            Add(entries, $"vit_{size}_patch14_reg4_dinov2", 518, Normalization.ImageNet, 1,
                full with { RegisterTokens = 4, PrefixPositions = false });
        }

        foreach ((string size, EvaShape shape) in new[]
        {
            ("small", new EvaShape(16, 384, 12, 6)),
            ("small_plus", new EvaShape(16, 384, 12, 6) { Mlp = MlpKind.SplitSwiGlu }),
            ("base", new EvaShape(16, 768, 12, 12)),
            ("large", new EvaShape(16, 1024, 24, 16)),
            ("huge_plus", new EvaShape(16, 1280, 32, 20) { Mlp = MlpKind.SplitSwiGlu }),
        })
        {
            EvaShape full = shape with
            {
                RegisterTokens = 4,
                AbsolutePositions = false,
                LayerScale = 1e-5,
                NormEpsilon = 1e-5,
                Pool = GlobalPool.Avg,
                FcNorm = false,
                QkvBias = false,
            };
            Add(entries, $"vit_{size}_patch16_dinov3", 256, Normalization.ImageNet, 1, full);
            Add(entries, $"vit_{size}_patch16_dinov3_qkvb", 256, Normalization.ImageNet, 1, full with { QkvBias = true });
        }
    }

    private static void AddClip(Dictionary<string, ModelEntry> entries)
    {
        VisionTransformerShape Clip(VisionTransformerShape shape) => shape with { PreNorm = true, NormEpsilon = 1e-5 };
        foreach ((string name, int image, Normalization normalization, double crop, double quickCrop, VisionTransformerShape shape) in new[]
        {
            ("base_patch32", 224, Normalization.Clip, 0.9, 0.9, Vit("base", 32)),
            ("base_patch16", 224, Normalization.Clip, 0.95, 1, Vit("base", 16)),
            ("large_patch14", 224, Normalization.Half, 1, 1, Vit("large", 14)),
            ("large_patch14", 336, Normalization.Half, 1, 1, Vit("large", 14)),
            ("huge_patch14", 224, Normalization.Clip, 1, 1, Vit("huge", 14)),
            ("huge_patch14", 378, Normalization.Clip, 1, 1, Vit("huge", 14)),
            ("gigantic_patch14", 224, Normalization.Clip, 1, 1, Gigantic(14)),
        })
        {
            Add(entries, $"vit_{name}_clip_{image}", image, normalization, crop, Clip(shape));
            VisionTransformerShape quick = Clip(shape) with { Activation = GeluKind.QuickGelu };
            Add(entries, $"vit_{name}_clip_quickgelu_{image}", image, Normalization.Clip, quickCrop, quick);
        }

        foreach ((string name, int image, double crop, VisionTransformerShape shape) in new[]
        {
            ("xsmall_patch16", 224, 0.9, new VisionTransformerShape(16, 256, 10, 4)),
            ("medium_patch32", 224, 0.9, new VisionTransformerShape(32, 512, 12, 8)),
            ("medium_patch16", 224, 0.9, new VisionTransformerShape(16, 512, 12, 8)),
            ("betwixt_patch32", 224, 0.9, new VisionTransformerShape(32, 640, 12, 10)),
            ("base_patch32", 256, 1, Vit("base", 32)),
            ("base_patch32", 384, 1, Vit("base", 32)),
            ("base_patch32", 448, 1, Vit("base", 32)),
            ("base_patch16", 384, 1, Vit("base", 16)),
            ("base_patch16_plus", 240, 1, new VisionTransformerShape(16, 896, 12, 14)),
            ("huge_patch14", 336, 1, Vit("huge", 14)),
            ("giant_patch14", 224, 1, Giant(14)),
        })
            Add(entries, $"vit_{name}_clip_{image}", image, Normalization.Clip, crop, Clip(shape));
    }

    private static void AddSiglip(Dictionary<string, ModelEntry> entries)
    {
        VisionTransformerShape So400m(int patch) => new(patch, 1152, 27, 16) { MlpRatio = 3.7362 };
        foreach ((string name, bool tanh, VisionTransformerShape shape, int[] images) in new[]
        {
            ("base_patch32", true, Vit("base", 32), new[] { 256 }),
            ("base_patch16", false, Vit("base", 16), [224, 256, 384, 512]),
            ("large_patch16", false, Vit("large", 16), [256, 384]),
            ("large_patch16", true, Vit("large", 16), [512]),
            ("so400m_patch14", false, So400m(14), [224, 378]),
            ("so400m_patch16", true, So400m(16), [256, 384, 512]),
            ("giantopt_patch16", true, new VisionTransformerShape(16, 1536, 40, 16), [256, 384]),
        })
        {
            VisionTransformerShape full = shape with { ClassToken = false, Activation = tanh ? GeluKind.GeluTanh : GeluKind.Gelu };
            foreach (int image in images)
            {
                Add(entries, $"vit_{name}_siglip_{image}", image, Normalization.Half, 0.9, full with { Pool = GlobalPool.Map });

                // timm's own exception.
                double crop = (name, image) == ("so400m_patch14", 378) ? 1 : 0.9;
                Add(entries, $"vit_{name}_siglip_gap_{image}", image, Normalization.Half, crop,
                    full with { Pool = GlobalPool.Avg, FcNorm = false });
            }
        }
    }

    private static void AddEva(Dictionary<string, ModelEntry> entries)
    {
        const double twoThirds = 4.0 * 2 / 3;
        EvaShape Eva(string size, int patch)
        {
            (int width, int depth, int heads) = SizeOf(size);
            bool deep = size is "base" or "large";
            return new EvaShape(patch, width, depth, heads)
            {
                TrainedGrid = 16,
                MlpRatio = twoThirds,
                Mlp = deep ? MlpKind.NormedSwiGlu : MlpKind.PackedSwiGlu,
                SplitQkv = deep,
                Pool = GlobalPool.Avg,
            };
        }

        foreach ((string size, int larger) in new[] { ("tiny", 336), ("small", 336), ("base", 448), ("large", 448) })
        {
            Add(entries, $"eva02_{size}_patch14_224", 224, Normalization.Clip, 0.9, Eva(size, 14));
            Add(entries, $"eva02_{size}_patch14_{larger}", larger, Normalization.Clip, 1, Eva(size, 14));
        }

        foreach ((string size, int patch, int image) in new[] { ("base", 16, 224), ("large", 14, 224), ("large", 14, 336) })
        {
            EvaShape clip = Eva(size, patch) with { AttentionNorm = true, Pool = GlobalPool.Token };
            Add(entries, $"eva02_{size}_patch{patch}_clip_{image}", image, Normalization.Clip, image == 336 ? 1 : 0.9, clip);
        }
    }

    private static void AddBeit(Dictionary<string, ModelEntry> entries)
    {
        foreach ((string size, int[] images) in new[] { ("base", new[] { 224, 384 }), ("large", [224, 384, 512]) })
        {
            (int width, int depth, int heads) = SizeOf(size);
            var shape = new BeitShape(16, width, depth, heads) { AbsolutePositions = false, Pool = GlobalPool.Avg, LayerScale = 1e-5 };
            Add(entries, $"beitv2_{size}_patch16_224", 224, Normalization.ImageNet, size == "large" ? 0.95 : 0.9, shape);
            foreach (int image in images)
            {
                BeitShape first = size == "base" ? shape with { LayerScale = 0.1 } : shape;
                Add(entries, $"beit_{size}_patch16_{image}", image, Normalization.Half, image == 224 ? 0.9 : 1, first);
            }
        }
    }
}
