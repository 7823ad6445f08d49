namespace ReMem.Models;

/// <content>The small networks that are deployed. Normalisation, size,
/// crop and interpolation are those of timm's default weights.</content>
public static partial class ModelCatalogue
{
    private static void AddStudents(Dictionary<string, ModelEntry> entries)
    {
        void Add(
            string name,
            string classifier,
            ICountedShape shape,
            Func<ModelInfo, ModelOptions, ImageModel> create,
            int size = 224,
            double crop = 0.875,
            Normalization? normalization = null)
        {
            var info = new ModelInfo(name, "student", size, normalization ?? Normalization.ImageNet, crop, "bicubic", classifier);
            entries.Add(name, new ModelEntry(info, create, shape));
        }

        void Residual(string name, ResNetShape shape, int size, double crop) =>
            Add(name, "fc", shape, (i, o) => new ResNet(i, o, shape), size, crop);
        foreach ((string name, int[] layers, bool bottleneck) in new (string, int[], bool)[]
        {
            ("resnet18", [2, 2, 2, 2], false), ("resnet34", [3, 4, 6, 3], false), ("resnet50", [3, 4, 6, 3], true),
        })
            Residual(name, new(layers, [64, 128, 256, 512], false, bottleneck), 224, 0.95);

        // He 2016, section 4.2: 6n + 2 layers.
        foreach (int depth in new[] { 20, 32, 44, 56, 110 })
        {
            int blocks = (depth - 2) / 6;
            Residual($"resnet{depth}", new([blocks, blocks, blocks], [16, 32, 64], true), 32, 1);
        }

        void Efficient(string name, EfficientNetShape shape, int size = 224, double crop = 0.875, Normalization? normalization = null) =>
            Add(name, "classifier", shape, (i, o) => new EfficientNet(i, o, shape), size, crop, normalization);
        Efficient("mobilenetv2_100", EfficientNetShapes.MobileNetV2);
        Efficient("mobilenetv3_small_100", EfficientNetShapes.MobileNetV3Small);
        Efficient("mobilenetv3_large_100", EfficientNetShapes.MobileNetV3Large);
        Efficient("mobilenetv4_conv_small", EfficientNetShapes.MobileNetV4ConvSmall);
        Efficient("mobilenetv4_conv_medium", EfficientNetShapes.MobileNetV4ConvMedium, 256, 0.95);
        Efficient("efficientnet_b0", EfficientNetShapes.EfficientNetB0);
        Efficient("tf_efficientnetv2_s", EfficientNetShapes.EfficientNetV2S, 300, 1, Normalization.Half);

        void Next(string name, ConvNeXtShape shape, double crop = 0.875) =>
            Add(name, "head.fc", shape, (i, o) => new ConvNeXt(i, o, shape), crop: crop);
        Next("convnext_atto", new([2, 2, 6, 2], [40, 80, 160, 320], true));
        Next("convnext_femto", new([2, 2, 6, 2], [48, 96, 192, 384], true));
        Next("convnext_pico", new([2, 2, 6, 2], [64, 128, 256, 512], true));
        Next("convnext_tiny", new([3, 3, 9, 3], [96, 192, 384, 768], false), 0.95);

        // The smallest ViTs are as light as these.
        foreach (string name in new[] { "vit_tiny_patch16_224", "deit_tiny_patch16_224", "deit_tiny_distilled_patch16_224" })
            entries[name] = entries[name] with { Info = entries[name].Info with { Role = "both" } };
    }
}
