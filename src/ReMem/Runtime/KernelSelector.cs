namespace ReMem.Runtime;

/// <summary>
/// Chooses the kernels of this process: the fastest set that computes correctly on this machine. Each set is checked once, in a separate
/// process, and the outcome is stored.
/// </summary>
/// <param name="sets">The sets, the fastest first.</param>
/// <param name="check">Checks a set.</param>
/// <param name="memory">The stored outcomes.</param>
/// <param name="notice">Receives what is done and why; may be null.</param>
internal sealed class KernelSelector(
    IReadOnlyList<KernelSet> sets, Func<KernelSet, KernelOutcome> check, KernelMemory memory, Action<string>? notice)
{
    /// <summary>The environment variable that names the set to use, whatever the check found.</summary>
    public const string Variable = "REMEM_KERNELS";

    /// <summary>What the outcomes depend on.</summary>
    /// <param name="cpu">The processor.</param>
    /// <param name="libtorch">Version of libtorch, with its folder where the user named one.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static string Key(CpuIdentity cpu, string libtorch, Func<string, string?> variable)
    {
        string[] given = [.. new[] { KernelSet.IsaVariable, KernelSet.OldIsaVariable, "ONEDNN_DEFAULT_FPMATH_MODE", "ATEN_CPU_CAPABILITY",
            "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR", KernelSuite.FaultVariable }
            .Where(name => variable(name) is not null).Select(name => $"{name}={variable(name)}")];
        return string.Join(
            '\n', [cpu.Name, cpu.Details, $"{Environment.ProcessorCount} cores", libtorch, EnvironmentInfo.OwnVersion().Version,
            KernelCases.Fingerprint, .. given]);
    }

    /// <summary>The user's own limit of oneDNN's instruction set; null for none.</summary>
    public static string? UserIsa(Func<string, string?> variable) =>
        new[] { variable(KernelSet.IsaVariable), variable(KernelSet.OldIsaVariable) }.FirstOrDefault(v => !string.IsNullOrEmpty(v));

    /// <summary>Chooses a set.</summary>
    /// <param name="forced">The set that the user named; null or empty for none.</param>
    /// <returns>Null where a set could not be checked.</returns>
    /// <exception cref="InputException">There is no set of that name.</exception>
    /// <exception cref="ReMemException">No set computes correctly here.</exception>
    public KernelChoice? Choose(string? forced)
    {
        KernelSet? named = string.IsNullOrWhiteSpace(forced) ? null : KernelSet.Named(forced.Trim());
        // What only a new machine needs is a method of its own: a start compiles what it calls.
        return Decide(named, memory.Read()) ?? CheckAndChoose(named);
    }

    private KernelChoice? CheckAndChoose(KernelSet? named)
    {
        using IDisposable? held = memory.Lock(
            () => notice?.Invoke("waiting for another process that checks libtorch's kernels on this processor"));
        List<KernelOutcome> outcomes = [.. memory.Read()];
        KernelChoice? choice = Decide(named, outcomes);
        if (choice is not null)
            return choice;
        bool begun = false;
        foreach (KernelSet set in named is null ? sets : [named])
        {
            if (named is null && IsReplaced(set, outcomes))
                continue;
            if (outcomes.All(o => o.Name != set.Name))
            {
                if (!begun)
                    notice?.Invoke(
                        $"checking whether libtorch computes correctly on this processor ({CpuIdentity.Current.Name}): "
                            + "a few seconds, once");
                begun = true;
                KernelOutcome outcome = check(set);
                if (outcome.Status == KernelStatus.NotChecked)
                {
                    notice?.Invoke($"the kernels cannot be checked in a separate process ({outcome.Detail}); this process checks them");
                    return null;
                }

                outcomes.Add(outcome);
                if (!outcome.IsRightInBf16)
                    notice?.Invoke($"kernels '{set.Name}' ({set.What}): {outcome.Verdict}");
            }

            choice = Decide(named, outcomes);
            if (choice is not null)
                break;
        }

        if (!memory.TryWrite(outcomes))
            notice?.Invoke(
                "the result of the check could not be stored, so that the next start checks again; REMEM_CACHE names another folder");
        return choice ?? Last(outcomes);
    }

    /// <summary>Checks every set that was not checked yet, or all of them again.</summary>
    /// <param name="again">Whether known outcomes are checked again.</param>
    public IReadOnlyList<KernelOutcome> CheckAll(bool again)
    {
        using IDisposable? held = memory.Lock(
            () => notice?.Invoke("waiting for another process that checks libtorch's kernels on this processor"));
        List<KernelOutcome> outcomes = again ? [] : [.. memory.Read()];
        foreach (KernelSet set in sets.Where(r => outcomes.All(o => o.Name != r.Name)))
        {
            notice?.Invoke($"checking kernels '{set.Name}' ({set.What})");
            outcomes.Add(check(set));
        }

        memory.TryWrite(outcomes);
        return [.. outcomes.OrderBy(o => KernelSet.All.TakeWhile(r => r.Name != o.Name).Count())];
    }

    /// <summary>MKL's products are not needed where oneDNN's are right: those were compared with them, and are not slower.</summary>
    private static bool IsReplaced(KernelSet set, IReadOnlyList<KernelOutcome> outcomes) =>
        set is { Products: true, Isa: null, Matmul: false }
        && outcomes.Any(o => o.IsRightInBf16 && KernelSet.All.Any(other => other.Matmul && other.Name == o.Name));

    /// <summary>The choice, where the known outcomes suffice.</summary>
    private KernelChoice? Decide(KernelSet? named, IReadOnlyList<KernelOutcome> outcomes)
    {
        if (named is not null)
        {
            if (outcomes.FirstOrDefault(o => o.Name == named.Name) is not { } outcome)
                return null;
            if (!outcome.IsRight)
                notice?.Invoke($"warning: {Variable}={named.Name} is used as requested, but: {outcome.Verdict}");
            return new KernelChoice(named.Name, $"{Variable} names it", true, outcomes);
        }

        KernelSet? slower = null;
        foreach (KernelSet set in sets)
        {
            // Products were slower than libtorch's own convolutions (the default set), not than other sets.
            if (IsReplaced(set, outcomes))
                continue;
            if (slower is not null && set.Name != KernelSet.Default)
                return Chosen(slower, outcomes);
            if (outcomes.FirstOrDefault(o => o.Name == set.Name) is not { } outcome)
                return null;
            if (outcome.IsRightInBf16 && outcome.Speed < KernelSuite.Slower)
                slower = set;
            else if (outcome.IsRightInBf16)
                return Chosen(set, outcomes);
        }

        return outcomes.Any(o => o.IsRight) ? Last(outcomes) : null;
    }

    /// <summary>The fastest set that is right in float32, where none is also right in bf16.</summary>
    private KernelChoice Last(IReadOnlyList<KernelOutcome> outcomes)
    {
        if (sets.FirstOrDefault(set => outcomes.Any(o => o.Name == set.Name && o.IsRight)) is { } right)
            return Chosen(right, outcomes);
        string how = string.Join("; ", outcomes.Select(o => $"{o.Name} {o.Verdict}"));
        throw new ReMemException(
            $"libtorch computes wrong results on this processor ({CpuIdentity.Current.Name}) with every set of kernels: {how}.",
            remedy: UserIsa(Environment.GetEnvironmentVariable) is { } isa
                ? $"Unset {KernelSet.IsaVariable} ({isa}), so that others can be tried."
                : "Use another machine, or name another libtorch with REMEM_LIBTORCH (docs/kernels.md).");
    }

    private KernelChoice Chosen(KernelSet set, IReadOnlyList<KernelOutcome> outcomes)
    {
        string[] wrong = [.. outcomes.Where(o => !o.IsRightInBf16 && o.Status != KernelStatus.Passed).Select(o => o.Name)];
        string reason = "the fastest that is right on this processor"
            + (wrong.Length == 0 ? string.Empty : $"; not right: {string.Join(", ", wrong)}");
        return new KernelChoice(set.Name, reason, false, outcomes);
    }
}
