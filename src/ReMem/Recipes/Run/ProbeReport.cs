using ReMem.Information;

namespace ReMem.Recipes.Run;

/// <summary>What was measured of models' outputs.</summary>
/// <param name="TrainImages">Images that decoders learned on.</param>
/// <param name="TestImages">Images that they were judged on.</param>
/// <param name="LeakedImages">Test images left out, since they are among the training images.</param>
/// <param name="Meter">The budget.</param>
/// <param name="Models">Every model's features.</param>
/// <param name="Comparisons">Every further model against the first.</param>
/// <param name="Pictures">The page of drawings; null where none was asked for.</param>
internal sealed record ProbeReport(
    int TrainImages,
    int TestImages,
    int LeakedImages,
    InformationMeterOptions Meter,
    IReadOnlyList<ModelInformation> Models,
    IReadOnlyList<InformationComparison> Comparisons,
    string? Pictures);
