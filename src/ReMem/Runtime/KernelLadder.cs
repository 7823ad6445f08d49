namespace ReMem.Runtime;

/// <summary>
/// Chooses the kernels of this process: the fastest set that computes rightly on this machine. What a set computes is found out once, in processes of their own, and
/// remembered.
/// </summary>
/// <param name="rungs">The sets, the fastest first.</param>
/// <param name="check">Checks one.</param>
/// <param name="memory">What is known already.</param>
/// <param name="notice">Hears what is done and why; may be null.</param>
internal sealed class KernelLadder(IReadOnlyList<KernelRung> rungs, Func<KernelRung, KernelOutcome> check, KernelMemory memory, Action<string>? notice)
{
    /// <summary>Products of this share of the convolutions' speed are as fast: the timing is no more exact.</summary>
    private const double Slower = 0.97;

    /// <summary>Names the set to use, whatever the check says.</summary>
    public const string Variable = "REMEM_KERNELS";

    /// <summary>What the findings depend on.</summary>
    /// <param name="cpu">The processor.</param>
    /// <param name="libtorch">Version of libtorch, and where it was named by the user its folder.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static string Key(CpuIdentity cpu, string libtorch, Func<string, string?> variable)
    {
        string[] given = [.. new[] { KernelRung.IsaVariable, KernelRung.OldIsaVariable, "ONEDNN_DEFAULT_FPMATH_MODE", "ATEN_CPU_CAPABILITY", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR", KernelSuite.FaultVariable }
            .Where(name => variable(name) is not null).Select(name => $"{name}={variable(name)}")];
        return string.Join('\n', [cpu.Name, cpu.Details, $"{Environment.ProcessorCount} cores", libtorch, EnvironmentInfo.OwnVersion().Version, KernelCases.Fingerprint, .. given]);
    }

    /// <summary>The user's own limit of oneDNN's instructions; null for none.</summary>
    public static string? UserIsa(Func<string, string?> variable) => new[] { variable(KernelRung.IsaVariable), variable(KernelRung.OldIsaVariable) }.FirstOrDefault(v => !string.IsNullOrEmpty(v));

    /// <summary>Chooses.</summary>
    /// <param name="forced">The set that the user names; null or empty for none.</param>
    /// <returns>Null where a set could not be checked at all.</returns>
    /// <exception cref="InputException">There is no set of that name.</exception>
    /// <exception cref="ReMemException">No set computes rightly here.</exception>
    public KernelChoice? Choose(string? forced)
    {
        KernelRung? named = string.IsNullOrWhiteSpace(forced) ? null : KernelRung.Named(forced.Trim());
        if (Decide(named, memory.Read()) is { } known)
            return known;
        using IDisposable? held = memory.Lock(() => notice?.Invoke("waiting for another process that checks libtorch's kernels on this processor"));
        List<KernelOutcome> outcomes = [.. memory.Read()];
        KernelChoice? choice = Decide(named, outcomes);
        if (choice is not null)
            return choice;
        bool begun = false;
        foreach (KernelRung rung in named is null ? rungs : [named])
        {
            if (outcomes.All(o => o.Name != rung.Name))
            {
                if (!begun)
                    notice?.Invoke($"checking whether libtorch computes rightly on this processor ({CpuIdentity.Current.Name}): some seconds, once");
                begun = true;
                KernelOutcome outcome = check(rung);
                if (outcome.Status == KernelStatus.NotChecked)
                {
                    notice?.Invoke($"the kernels cannot be checked in a process of their own ({outcome.Detail}); this one does it");
                    return null;
                }

                outcomes.Add(outcome);
                if (!outcome.IsRightInBf16)
                    notice?.Invoke($"kernels '{rung.Name}' ({rung.What}): {outcome.Verdict}");
            }

            choice = Decide(named, outcomes);
            if (choice is not null)
                break;
        }

        if (!memory.TryWrite(outcomes))
            notice?.Invoke("the result of the check could not be kept, so that the next start checks again; REMEM_CACHE names another folder");
        return choice ?? Last(outcomes);
    }

    /// <summary>Checks every set that is not known yet, or all of them anew.</summary>
    /// <param name="anew">Whether what is known is checked again.</param>
    public IReadOnlyList<KernelOutcome> CheckAll(bool anew)
    {
        using IDisposable? held = memory.Lock(() => notice?.Invoke("waiting for another process that checks libtorch's kernels on this processor"));
        List<KernelOutcome> outcomes = anew ? [] : [.. memory.Read()];
        foreach (KernelRung rung in rungs.Where(r => outcomes.All(o => o.Name != r.Name)))
        {
            notice?.Invoke($"checking kernels '{rung.Name}' ({rung.What})");
            outcomes.Add(check(rung));
        }

        memory.TryWrite(outcomes);
        return [.. outcomes.OrderBy(o => KernelRung.All.TakeWhile(r => r.Name != o.Name).Count())];
    }

    /// <summary>The choice, where what is known suffices for it.</summary>
    private KernelChoice? Decide(KernelRung? named, IReadOnlyList<KernelOutcome> outcomes)
    {
        if (named is not null)
        {
            if (outcomes.FirstOrDefault(o => o.Name == named.Name) is not { } outcome)
                return null;
            if (!outcome.IsRight)
                notice?.Invoke($"warning: {Variable}={named.Name} is used as you say, but: {outcome.Verdict}");
            return new KernelChoice(named.Name, $"{Variable} names it", true, outcomes);
        }

        KernelRung? slower = null;
        foreach (KernelRung rung in rungs)
        {
            // What products are slower than are libtorch's own convolutions as they are, no others.
            if (slower is not null && rung.Name != KernelRung.Default)
                return Chosen(slower, outcomes);
            if (outcomes.FirstOrDefault(o => o.Name == rung.Name) is not { } outcome)
                return null;
            if (outcome.IsRightInBf16 && outcome.Speed < Slower)
                slower = rung;
            else if (outcome.IsRightInBf16)
                return Chosen(rung, outcomes);
        }

        return outcomes.Any(o => o.IsRight) ? Last(outcomes) : null;
    }

    /// <summary>The fastest set that is right in float32, where none is right in bf16 too.</summary>
    private KernelChoice Last(IReadOnlyList<KernelOutcome> outcomes)
    {
        if (rungs.FirstOrDefault(rung => outcomes.Any(o => o.Name == rung.Name && o.IsRight)) is { } right)
            return Chosen(right, outcomes);
        string how = string.Join("; ", outcomes.Select(o => $"{o.Name} {o.Verdict}"));
        throw new ReMemException(
            $"libtorch computes wrongly on this processor ({CpuIdentity.Current.Name}) with every set of kernels: {how}.",
            remedy: UserIsa(Environment.GetEnvironmentVariable) is { } isa
                ? $"Unset {KernelRung.IsaVariable} ({isa}), so that others can be tried."
                : "Use another machine, or name another libtorch by REMEM_LIBTORCH (docs/kernels.md).");
    }

    private KernelChoice Chosen(KernelRung rung, IReadOnlyList<KernelOutcome> outcomes)
    {
        string[] wrong = [.. outcomes.Where(o => !o.IsRightInBf16).Select(o => o.Name)];
        string reason = "the fastest that is right on this processor" + (wrong.Length == 0 ? string.Empty : $"; not right: {string.Join(", ", wrong)}");
        return new KernelChoice(rung.Name, reason, false, outcomes);
    }
}
