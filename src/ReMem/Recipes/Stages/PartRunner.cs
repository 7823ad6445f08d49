using ReMem.Runtime;

namespace ReMem.Recipes.Stages;

/// <summary>Computes one part of the run in a folder, somewhere else.</summary>
/// <param name="folder">The run folder; the results are left there.</param>
/// <param name="part">Which.</param>
/// <param name="progress">Told of progress, from any thread.</param>
/// <param name="cancel">Stops it; what is done stays.</param>
internal delegate Task PartRunner(string folder, ComparisonPart part, IProgress<ProgressReport> progress, CancellationToken cancel);
