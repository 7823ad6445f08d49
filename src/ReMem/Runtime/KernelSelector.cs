using System.Globalization;

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

    /// <summary>Variables that change what oneDNN and MKL compute with.</summary>
    private static readonly string[] Variables = [KernelSet.IsaVariable, KernelSet.OldIsaVariable, "ONEDNN_DEFAULT_FPMATH_MODE",
        "ATEN_CPU_CAPABILITY", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR", KernelSuite.FaultVariable];

    /// <summary>What the outcomes depend on.</summary>
    /// <param name="cpu">The processor.</param>
    /// <param name="libtorch">Version of libtorch, with its folder where the user named one.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static string Key(CpuIdentity cpu, string libtorch, Func<string, string?> variable)
    {
        // Plain calls: each start of the program compiles this.
        var lines = new List<string>
        {
            cpu.Name, cpu.Details, string.Concat(Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture), " cores"), libtorch,
            EnvironmentInfo.OwnVersion().Version, KernelCases.Fingerprint,
        };
        foreach (string name in Variables)
        {
            if (variable(name) is { } value)
                lines.Add(string.Concat(name, "=", value));
        }

        return string.Join('\n', lines);
    }

    /// <summary>The user's own limit of oneDNN's instruction set; null for none.</summary>
    public static string? UserIsa(Func<string, string?> variable) =>
        variable(KernelSet.IsaVariable) is { Length: > 0 } given ? given
            : variable(KernelSet.OldIsaVariable) is { Length: > 0 } old ? old
            : null;

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
    private static bool IsReplaced(KernelSet set, IReadOnlyList<KernelOutcome> outcomes)
    {
        if (set is not { Products: true, Isa: null, Matmul: false })
            return false;
        foreach (KernelSet other in KernelSet.All)
        {
            if (other.Matmul && Outcome(outcomes, other.Name) is { IsRightInBf16: true })
                return true;
        }

        return false;
    }

    /// <summary>The outcome of a set; null where it was not checked. A plain loop, as what calls it: each start compiles them.</summary>
    private static KernelOutcome? Outcome(IReadOnlyList<KernelOutcome> outcomes, string name)
    {
        for (int i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i].Name == name)
                return outcomes[i];
        }

        return null;
    }

    /// <summary>The choice, where the known outcomes suffice.</summary>
    private KernelChoice? Decide(KernelSet? named, IReadOnlyList<KernelOutcome> outcomes)
    {
        if (named is not null)
        {
            if (Outcome(outcomes, named.Name) is not { } outcome)
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
            if (Outcome(outcomes, set.Name) is not { } outcome)
                return null;
            if (outcome.IsRightInBf16 && outcome.Speed < KernelSuite.Slower)
                slower = set;
            else if (outcome.IsRightInBf16)
                return Chosen(set, outcomes);
        }

        return LastIfAny(outcomes);
    }

    private KernelChoice? LastIfAny(IReadOnlyList<KernelOutcome> outcomes) => outcomes.Any(o => o.IsRight) ? Last(outcomes) : null;

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
        string reason = "the fastest that is right on this processor", before = "; not right: ";
        for (int i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i].IsRightInBf16 || outcomes[i].Status == KernelStatus.Passed)
                continue;
            reason += before + outcomes[i].Name;
            before = ", ";
        }

        return new KernelChoice(set.Name, reason, false, outcomes);
    }
}
