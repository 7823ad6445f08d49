using ReMem.Evaluation;

namespace ReMem.Information;

/// <summary>The results of one sub-block.</summary>
/// <param name="Block">From 1 at the bottom.</param>
/// <param name="Kind">Attention or MLP.</param>
/// <param name="After">The stream after it.</param>
/// <param name="TokenChange">I_hat of the token after it minus before it, paired over decoder seeds.</param>
/// <param name="PatchesChange">The same for the patch tokens.</param>
/// <param name="Without">The model without it.</param>
/// <param name="Usage">The sparsity of the MLP's units on test images; null for attention.</param>
internal sealed record SubBlockResult(
    int Block, SubBlockKind Kind, StreamInformation After, Interval TokenChange, Interval PatchesChange, SkipResult Without,
    ActivationUsage? Usage);
