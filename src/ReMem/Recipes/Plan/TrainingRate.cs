namespace ReMem.Recipes.Plan;

/// <summary>The cost of a training.</summary>
/// <param name="Fresh">Seconds per step on new views, including a teacher's pass.</param>
/// <param name="Kept">Seconds per step on views and teacher outputs stored in an earlier epoch.</param>
/// <param name="Memory">Bytes that it needs in addition to those of the process.</param>
internal sealed record TrainingRate(double Fresh, double Kept, long Memory);
