using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>One half of a block.</summary>
/// <param name="Block">From 1 at the bottom.</param>
/// <param name="Kind">Attention or MLP.</param>
/// <param name="After">The stream after it.</param>
/// <param name="TokenChange">I_hat of the token after it less before it, paired over decoder seeds.</param>
/// <param name="PatchesChange">Likewise of the patch tokens.</param>
/// <param name="Without">The model without it.</param>
/// <param name="Usage">How sparsely the MLP's units are used on test images; null for attention.</param>
internal sealed record SubBlockResult(
    int Block, SubBlockKind Kind, StreamInformation After, Interval TokenChange, Interval PatchesChange, SkipResult Without, ActivationUsage? Usage);
