using System.Text.Json.Serialization;

namespace ReMem.Runtime;

/// <summary>The kernels that this process computes with.</summary>
/// <param name="Name">The set's name: "matmul", "products", "default", "avx2", "avx", "sse41" or "off".</param>
/// <param name="Reason">Why this one, in one line.</param>
/// <param name="IsForced">True where REMEM_KERNELS named it.</param>
/// <param name="Outcomes">Known outcomes of the sets on this machine, the fastest first; those that were not needed are missing.</param>
internal sealed record KernelChoice(
    [property: JsonPropertyName("rung")] string Name, string Reason, bool IsForced, IReadOnlyList<KernelOutcome> Outcomes)
{
    /// <summary>The outcome of the chosen set; null where it was not checked.</summary>
    public KernelOutcome? Outcome => Outcomes.FirstOrDefault(o => o.Name == Name);

    /// <summary>Whether bf16 is computed correctly, or not known to be wrong.</summary>
    public bool AllowsBf16 => Outcome is null or { IsRightInBf16: true } || IsForced;
}
