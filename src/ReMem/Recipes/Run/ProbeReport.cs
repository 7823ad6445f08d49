using ReMem.Information;

namespace ReMem.Recipes.Run;

/// <summary>The measurements of models' outputs.</summary>
/// <param name="TrainImages">Images that decoders were trained on.</param>
/// <param name="TestImages">Images that decoders were evaluated on.</param>
/// <param name="LeakedImages">Test images left out, since they are also training images.</param>
/// <param name="Meter">The budget.</param>
/// <param name="Models">Every model's features.</param>
/// <param name="Comparisons">Every further model against the first.</param>
/// <param name="Pictures">The page of drawings; null where none was requested.</param>
internal sealed record ProbeReport(
    int TrainImages,
    int TestImages,
    int LeakedImages,
    InformationMeterOptions Meter,
    IReadOnlyList<ModelInformation> Models,
    IReadOnlyList<InformationComparison> Comparisons,
    string? Pictures);
