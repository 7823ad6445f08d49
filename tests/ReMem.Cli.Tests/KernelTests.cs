namespace ReMem.Cli.Tests;

/// <summary>The guard of the kernels, from the command line, with faults that are feigned in the process that checks.</summary>
public sealed class KernelTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void Wrong_and_deadly_kernels_are_skipped_reported_and_remembered()
    {
        if (!OperatingSystem.IsLinux()
            || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
            Assert.Skip("signals are Linux's, and AVX2 is x86's");
        Dictionary<string, string> machine = Machine("matmul:wrong,default:wrong,products:die,avx:wrong,sse41:die,off:wrong");
        CliResult first = Cli.RunWith(machine, "inspect", Weights());
        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Contains("checking whether libtorch computes correctly on this processor (", first.Error, StringComparison.Ordinal);
        // 6 % are feigned; where libtorch's own are wrong, they may be so by more.
        Assert.Matches(@"kernels 'default' \(libtorch as it is\): wrong by [\d.]+ % \(12 of 12 cases\): ", first.Error);
        Assert.Contains("kernels 'products' (1x1 and patch convolutions as matrix products, the others channels-last): died (SIGFPE): ",
            first.Error, StringComparison.Ordinal);
        Assert.Empty(Cli.RunWith(machine, "inspect", Weights()).Error);

        CliResult doctor = Cli.RunWith(machine, "doctor", "--json");
        Assert.Equal(0, doctor.ExitCode);
        using var json = System.Text.Json.JsonDocument.Parse(doctor.Out);
        string[] states =
            [.. json.RootElement.GetProperty("kernels").EnumerateArray().Select(k => $"{k.GetProperty("name")}:{k.GetProperty("status")}")
                .Where(state => state != "matmul:wrong")];
        Assert.Equal(["products:died", "default:wrong"], states[..2]);
        Assert.Equal("off:wrong", states[^1]);
        string chosen = json.RootElement.GetProperty("kernel_choice").GetProperty("rung").GetString()!;
        Assert.Equal("avx2", chosen);
        Assert.Matches(@"family \d+ model \d+|implementer|\S", json.RootElement.GetProperty("cpu_family").GetString());

        machine["REMEM_KERNELS"] = "default";
        CliResult forced = Cli.RunWith(machine, "inspect", Weights());
        Assert.Equal(0, forced.ExitCode);
        Assert.Contains("warning: REMEM_KERNELS=default is used as requested, but: wrong by ", forced.Error, StringComparison.Ordinal);
        machine["REMEM_KERNELS"] = "avx512";
        Cli.RunWith(machine, "inspect", Weights()).IsBadInput("Unknown set of kernels 'avx512'", "matmul, products, default");
    }

    [Fact]
    public void Nothing_is_computed_where_no_set_is_right()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("signals are Linux's");
        Dictionary<string, string> machine = Machine("any:die");
        foreach (string command in new[] { "inspect", "inspect" })
        {
            CliResult result = Cli.RunWith(machine, command, Weights());
            Assert.Equal(1, result.ExitCode);
            Assert.Empty(result.Out);
            Assert.Contains("error: libtorch computes wrong results on this processor (", result.Error, StringComparison.Ordinal);
        }

        CliResult doctor = Cli.RunWith(machine, "doctor");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("default   libtorch as it is: died (SIGFPE)", doctor.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("No problems found", doctor.Out, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Machine(string faults) => new()
    {
        ["REMEM_CACHE"] = _work.At("cache"),
        ["REMEM_KERNEL_FAULT"] = faults,
        ["REMEM_KERNELS"] = string.Empty,
    };

    private static string Weights() => Path.Combine(Cli.Root, "demo", "teacher", "model.safetensors");
}
