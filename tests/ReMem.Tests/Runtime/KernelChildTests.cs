using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class KernelChildTests
{
    private static readonly string First = KernelCases.AllThreads[0].Name;
    private static readonly string Mixed = KernelCases.AllThreads.First(c => c.Bf16).Name;

    [Fact]
    public void A_process_of_its_own_checks_the_kernels_that_the_tests_run_with()
    {
        KernelSet set = KernelSet.Named(Libtorch.Load().Kernels!.Name);
        KernelOutcome outcome = KernelChild.Check(set);
        Assert.True(outcome.IsRight, outcome.Verdict);
        // Without oneDNN one case in five is computed.
        Assert.InRange(outcome.Cases, set.OneDnn ? 600 : 120, int.MaxValue);
        Assert.True(outcome.Error is > 1e-8 and <= KernelCase.Float32Limit);
        TestContext.Current.TestOutputHelper?.WriteLine($"{CpuIdentity.Current.Name}: {set.Name} {outcome.Verdict}");
    }

    [Theory]
    [InlineData("wrong", nameof(KernelStatus.Wrong), "wrong by 6 % (12 of 12 cases): ")]
    [InlineData("die", nameof(KernelStatus.Died), "died (SIGFPE): ")]
    [InlineData("hang", nameof(KernelStatus.TooSlow), "too slow (stopped after ")]
    public void What_goes_wrong_there_is_named(string fault, string name, string verdict)
    {
        KernelStatus status = Enum.Parse<KernelStatus>(name);
        if (!OperatingSystem.IsLinux())
            Assert.Skip("signals are Linux's");
        Environment.SetEnvironmentVariable(KernelSuite.FaultVariable, $"avx2:{fault}");
        try
        {
            KernelOutcome outcome = KernelChild.Check(KernelSet.Named("avx2"), TimeSpan.FromSeconds(8));
            Assert.Equal(status, outcome.Status);
            Assert.StartsWith(verdict, outcome.Verdict, StringComparison.Ordinal);
            Assert.EndsWith(First, outcome.Verdict, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(KernelSuite.FaultVariable, null);
        }
    }

    [Fact]
    public void The_verdict_follows_from_the_lines()
    {
        string Done(string name, string error) => $"=\t{name}\t{error}";
        KernelOutcome right = Outcome([$">\t{First}", Done(First, "1e-6"), Done(Mixed, "0.004"), "end"]);
        Assert.True(right.IsRightInBf16);
        Assert.Equal((2, 0, 1e-6, 0.004), (right.Cases, right.WrongCases, right.Error, right.Bf16Error));
        KernelOutcome mixed = Outcome([Done(First, "1e-6"), Done(Mixed, "0.4"), "end"]);
        Assert.True(mixed.IsRight && !mixed.IsRightInBf16);
        KernelOutcome single = Outcome([Done(First, "1e-6"), "end"]);
        Assert.True(single.IsRightInBf16 && double.IsNaN(single.Bf16Error));
        Assert.Equal(KernelStatus.Wrong, Outcome([Done(First, "2e-5"), "end"]).Status);
        Assert.Equal(KernelStatus.Wrong, Outcome([Done(First, "Infinity"), "end"]).Status);
        Assert.Contains("wrong by any amount", Outcome([Done(First, "Infinity"), "end"]).Verdict, StringComparison.Ordinal);
        // Not a word about a case that was computed: nothing is known, however well the process ended.
        Assert.Equal(KernelStatus.NotChecked, Outcome(["end"]).Status);
        Assert.Equal(KernelStatus.NotChecked, Outcome([Done(First, "1e-6")]).Status);
        Assert.Equal(KernelStatus.NotChecked, Outcome([]).Status);
        KernelOutcome fast = Outcome([Done(First, "1e-6"), Done(Mixed, "0.004"), "end", "speed\t1.4"]);
        Assert.True(fast.IsRight && fast.Speed == 1.4);
        Assert.Contains("1.40 times as fast as the default", fast.Verdict, StringComparison.Ordinal);
        KernelOutcome passed = Outcome(["passed\t0.80 times as fast as 'products'"]);
        Assert.Equal((KernelStatus.Passed, "not used: 0.80 times as fast as 'products'"), (passed.Status, passed.Verdict));
        KernelOutcome died = KernelChild.Outcome(
            KernelSet.All[0], [Done(First, "1e-6"), $">\t{Mixed}"], TimeSpan.Zero, KernelStatus.Died, "SIGFPE");
        Assert.Equal($"died (SIGFPE): {Mixed}", died.Verdict);
    }

    private static KernelOutcome Outcome(string[] lines) =>
        KernelChild.Outcome(KernelSet.All[0], lines, TimeSpan.Zero, KernelStatus.Right, null);
}
