namespace ReMem.Runtime;

/// <summary>The kernels that this process computes with.</summary>
/// <param name="Rung">The set's name: "default", "products", "avx2", "avx", "sse41" or "off".</param>
/// <param name="Reason">Why this one, in one line.</param>
/// <param name="IsForced">True where REMEM_KERNELS named it.</param>
/// <param name="Outcomes">What is known of each set on this machine, the fastest first; those that were not needed are missing.</param>
internal sealed record KernelChoice(string Rung, string Reason, bool IsForced, IReadOnlyList<KernelOutcome> Outcomes)
{
    /// <summary>What was found of the chosen set; null where nothing is known of it.</summary>
    public KernelOutcome? Outcome => Outcomes.FirstOrDefault(o => o.Name == Rung);

    /// <summary>Whether bf16 is computed rightly, or not known to be wrong.</summary>
    public bool AllowsBf16 => Outcome is null or { IsRightInBf16: true } || IsForced;
}
