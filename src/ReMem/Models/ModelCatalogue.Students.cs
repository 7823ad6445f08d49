namespace ReMem.Models;

/// <content>The small networks that are deployed.</content>
public static partial class ModelCatalogue
{
    private static void AddStudents(Dictionary<string, ModelEntry> entries)
    {
        void Add(ModelInfo info, Func<ModelInfo, ModelOptions, ImageModel> create) => entries.Add(info.Name, new ModelEntry(info, create));

        Add(new ModelInfo("resnet18", "student", 224, Normalization.ImageNet, 0.95, "bicubic", "fc"), (i, o) => new ResNet(i, o, new([2, 2, 2, 2], [64, 128, 256, 512], false)));
        Add(new ModelInfo("resnet20", "student", 32, Normalization.ImageNet, 1, "bicubic", "fc"), (i, o) => new ResNet(i, o, new([3, 3, 3], [16, 32, 64], true)));
        Add(new ModelInfo("mobilenetv3_small_100", "student", 224, Normalization.ImageNet, 0.875, "bicubic", "classifier"), (i, o) => new MobileNetV3(i, o));
    }
}
