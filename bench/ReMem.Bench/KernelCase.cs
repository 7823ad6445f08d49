namespace ReMem.Bench;

/// <summary>A convolutional student whose steps are timed.</summary>
/// <param name="Model">timm's name.</param>
/// <param name="Side">Pixels.</param>
/// <param name="Batch">Images a step.</param>
/// <param name="Steps">How many in one measurement.</param>
internal sealed record KernelCase(string Model, int Side, int Batch, int Steps)
{
    public static IReadOnlyList<KernelCase> All { get; } =
    [
        new("mobilenetv3_small_100", 64, 32, 4),
        new("mobilenetv3_small_100", 224, 8, 3),
        new("resnet18", 64, 32, 1),
        new("resnet50", 64, 16, 1),
        new("efficientnet_b0", 96, 16, 1),
        new("convnext_atto", 64, 32, 2),
        new("mobilenetv4_conv_small", 64, 32, 3),
    ];
}
