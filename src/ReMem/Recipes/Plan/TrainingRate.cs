namespace ReMem.Recipes.Plan;

/// <summary>What a training costs.</summary>
/// <param name="Fresh">Seconds of a step on views that were not seen before, a teacher's pass included.</param>
/// <param name="Kept">Seconds of a step on views, and a teacher's answers, that are kept from an earlier epoch.</param>
/// <param name="Memory">Bytes that it takes on top of what the process holds.</param>
internal sealed record TrainingRate(double Fresh, double Kept, long Memory);
