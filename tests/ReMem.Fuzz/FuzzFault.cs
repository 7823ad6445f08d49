namespace ReMem.Fuzz;

/// <summary>An input that went wrong.</summary>
/// <param name="Number">Its number in the run.</param>
/// <param name="Kind">"exception", "slow", "memory" or "death".</param>
/// <param name="What">The rest.</param>
public sealed record FuzzFault(int Number, string Kind, string What);
