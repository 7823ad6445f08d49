namespace ReMem.Reports;

/// <summary>What a reader can do next.</summary>
/// <param name="Reason">Why, with the figure behind it.</param>
/// <param name="Command">What does it; null where no command does.</param>
internal sealed record NextStep(string Reason, string? Command = null);
