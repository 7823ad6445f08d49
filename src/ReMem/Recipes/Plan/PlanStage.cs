namespace ReMem.Recipes.Plan;

/// <summary>What one kind of work will cost.</summary>
/// <param name="Stage">"teacher sam", "trials of auto", "meter", "student (taught)", "teacher caches", "evaluation", "files" or "export".</param>
/// <param name="Count">How often it is still to be done.</param>
/// <param name="Seconds">All of them together, as if one after the other.</param>
/// <param name="PeakMemoryBytes">Resident memory of the process that does it; 0 where it needs no more than what runs before it.</param>
/// <param name="DiskBytes">What it leaves on disk: in the run folder, but for the teacher caches.</param>
internal sealed record PlanStage(string Stage, int Count, double Seconds, long PeakMemoryBytes, long DiskBytes);
