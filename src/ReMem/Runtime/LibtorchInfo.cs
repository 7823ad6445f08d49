using System.Text.Json.Serialization;

namespace ReMem.Runtime;

/// <summary>The libtorch that this process computes with.</summary>
/// <param name="Version">As libtorch names itself: "2.10.0", or "2.10.0+cu128" where its folder says so.</param>
/// <param name="Folder">Where it was loaded from; null where the system's loader chose.</param>
/// <param name="IsCustom">True where <see cref="Libtorch.Variable"/> named the folder.</param>
public sealed record LibtorchInfo(string Version, string? Folder, bool IsCustom)
{
    /// <summary>The kernels it computes with, and what is known of them on this machine.</summary>
    [JsonInclude]
    internal KernelChoice? Kernels { get; init; }
}
