namespace ReMem.Information;

/// <summary>The topmost sub-blocks of one kind, skipped together.</summary>
/// <param name="Kind">Attention or MLP.</param>
/// <param name="Count">Their number.</param>
/// <param name="Without">The model without them.</param>
internal sealed record TopResult(SubBlockKind Kind, int Count, SkipResult Without);
