namespace ReMem.Recipes.Plan;

/// <summary>The estimated cost of one kind of work.</summary>
/// <param name="Stage">"teacher sam", "trials of auto", "meter", "student (taught)", "teacher caches", "evaluation",
/// "files" or "export".</param>
/// <param name="Count">How many times it remains to be done.</param>
/// <param name="Seconds">Total time, as if run one after the other.</param>
/// <param name="PeakMemoryBytes">Resident memory of its process; 0 where it needs no more than earlier stages.</param>
/// <param name="DiskBytes">Bytes that it leaves on disk: in the run folder, or in the teacher caches.</param>
internal sealed record PlanStage(string Stage, int Count, double Seconds, long PeakMemoryBytes, long DiskBytes);
