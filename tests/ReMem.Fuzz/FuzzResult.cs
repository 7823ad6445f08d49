namespace ReMem.Fuzz;

/// <summary>What a run found.</summary>
/// <param name="Reader">The reader.</param>
/// <param name="Runs">Inputs read.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Faults">What went wrong.</param>
public sealed record FuzzResult(string Reader, int Runs, double Seconds, IReadOnlyList<FuzzFault> Faults);
