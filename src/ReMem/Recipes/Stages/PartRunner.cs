using ReMem.Runtime;

namespace ReMem.Recipes.Stages;

/// <summary>Computes one part of a run in another process.</summary>
/// <param name="folder">The run folder, which receives the results.</param>
/// <param name="part">The part.</param>
/// <param name="progress">Receives progress, from any thread.</param>
/// <param name="cancellationToken">Stops the part; finished work is kept.</param>
internal delegate Task PartRunner(string folder, ComparisonPart part, IProgress<ProgressReport> progress,
    CancellationToken cancellationToken);
