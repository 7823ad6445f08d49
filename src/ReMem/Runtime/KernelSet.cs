namespace ReMem.Runtime;

/// <summary>
/// How the convolutions of a process are computed: which instructions oneDNN may use, whether they are matrix products where they can be,
/// whether oneDNN is used.
/// </summary>
/// <param name="Name">Its name in messages, reports and <see cref="KernelSelector.Variable"/>.</param>
/// <param name="What">One human-readable line.</param>
/// <param name="Isa">The value of ONEDNN_MAX_CPU_ISA; null leaves it to oneDNN, or to the user's own value.</param>
/// <param name="Products">
/// Whether 1x1 and patch convolutions are computed as matrix products, and the others on channels-last tensors.
/// </param>
/// <param name="OneDnn">Whether oneDNN is used at all.</param>
/// <param name="Matmul">Whether products in float32 are oneDNN's rather than MKL's.</param>
internal sealed record KernelSet(
    string Name, string What, string? Isa = null, bool Products = false, bool OneDnn = true, bool Matmul = false)
{
    /// <summary>libtorch as it is.</summary>
    public const string Default = "default";

    /// <summary>oneDNN's own variable.</summary>
    public const string IsaVariable = "ONEDNN_MAX_CPU_ISA";

    /// <summary>The older name that oneDNN still reads.</summary>
    public const string OldIsaVariable = "DNNL_MAX_CPU_ISA";

    /// <summary>
    /// Every set, the fastest first. Which of the first three is fastest differs; the check measures it. With fewer instructions products
    /// are faster throughout, and oneDNN's own 1x1 convolutions have faults of their own: with AVX2, the gradient of strided weights of few
    /// channels is wrong now and then (uxlfoundation/oneDNN#6035).
    /// </summary>
    public static IReadOnlyList<KernelSet> All { get; } = new KernelSet[]
    {
        new("matmul", "products, computed by oneDNN instead of MKL", Products: true, Matmul: true),
        new("products", "1x1 and patch convolutions as matrix products, the others channels-last", Products: true),
        new(Default, "libtorch as it is"),
        new("avx2", "products, and oneDNN limited to AVX2", "AVX2", Products: true),
        new("avx", "products, and oneDNN limited to AVX", "AVX", Products: true),
        new("sse41", "products, and oneDNN limited to SSE4.1", "SSE41", Products: true),
        new("off", "without oneDNN", OneDnn: false),
    };

    /// <summary>
    /// The sets that make sense here: those of instruction sets are for x86, and only where the user has not set one; oneDNN's matrix
    /// product demands AVX-512.
    /// </summary>
    /// <param name="isX86">Whether the processor is an x86-64.</param>
    /// <param name="hasMatmul">Whether it has what <see cref="OneDnnMatmul"/> demands.</param>
    /// <param name="userIsa">The user's own ONEDNN_MAX_CPU_ISA; null where there is none.</param>
    /// <remarks>A plain loop: each start of the program compiles it.</remarks>
    public static IReadOnlyList<KernelSet> For(bool isX86, bool hasMatmul, string? userIsa)
    {
        var sets = new List<KernelSet>(All.Count);
        foreach (KernelSet set in All)
        {
            if ((set.Isa is null || (isX86 && userIsa is null)) && (!set.Matmul || (hasMatmul && userIsa is null)))
                sets.Add(set);
        }

        return sets;
    }

    /// <summary>The set of a name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static KernelSet Named(string name) => All.FirstOrDefault(set => set.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw Nearest.Unknown("set of kernels", name, [.. All.Select(set => set.Name)], KernelSelector.Variable);
}
