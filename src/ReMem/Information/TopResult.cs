namespace ReMem.Information;

/// <summary>The topmost halves of one kind, skipped together.</summary>
/// <param name="Kind">Attention or MLP.</param>
/// <param name="Count">How many.</param>
/// <param name="Without">The model without them.</param>
internal sealed record TopResult(SubBlockKind Kind, int Count, SkipResult Without);
