namespace ReMem.Recipes.Stages;

/// <summary>One method at one seed.</summary>
/// <param name="Method">none, standard, sam, reweighted or both.</param>
/// <param name="Seed">The repetition.</param>
/// <param name="Teacher">Null for "none".</param>
/// <param name="Information">What the teacher keeps; null for "none".</param>
/// <param name="Student">The student.</param>
internal sealed record MethodRun(string Method, int Seed, TrainedResult? Teacher, MeterResult? Information, TrainedResult Student);
