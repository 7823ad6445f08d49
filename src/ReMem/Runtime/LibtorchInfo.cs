using System.Text.Json.Serialization;

namespace ReMem.Runtime;

/// <summary>The libtorch that this process computes with.</summary>
/// <param name="Version">As libtorch reports it: "2.10.0", or "2.10.0+cu128" where its folder states it.</param>
/// <param name="Folder">Where it was loaded from; null where the system's loader chose.</param>
/// <param name="IsCustom">True where <see cref="Libtorch.Variable"/> named the folder.</param>
public sealed record LibtorchInfo(string Version, string? Folder, bool IsCustom)
{
    /// <summary>The kernels it computes with, and their outcomes on this machine.</summary>
    [JsonInclude]
    internal KernelChoice? Kernels { get; init; }
}
