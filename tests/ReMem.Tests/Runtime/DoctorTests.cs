using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class DoctorTests
{
    [Fact]
    public void A_machine_that_runs_the_tests_is_healthy_and_described()
    {
        DoctorReport report = Doctor.Examine();
        Assert.True(report.IsHealthy, string.Join("; ", report.Problems));
        Assert.StartsWith("2.10.", report.Libtorch, StringComparison.Ordinal);
        Assert.Equal("0.107.0", report.TorchSharp);
        Assert.StartsWith("10.", report.DotnetSdk, StringComparison.Ordinal);
        Assert.True(report.MemoryBytes > 0 && report.DiskFreeBytes > 0 && report.Threads > 0);
        Assert.Equal(report.Lines().Count, report.Lines().Select(line => line.Label).Distinct().Count());
        Assert.All(report.Lines(), line => Assert.NotEmpty(line.Value));
    }

    [Fact]
    public void The_report_is_json_with_snake_case_names()
    {
        string json = Json.Serialize(Doctor.Examine());
        Assert.Contains("\"cpu_features\": [", json, StringComparison.Ordinal);
        Assert.Contains("\"memory_bytes\": ", json, StringComparison.Ordinal);
        Assert.Contains("\"is_healthy\": true", json, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_round_trips_through_json()
    {
        EnvironmentInfo environment = EnvironmentInfo.Current();
        Assert.Equal(environment, Json.Deserialize<EnvironmentInfo>(Json.Serialize(environment), "environment.json"));
        Assert.Contains(environment.Device, (string[])["cpu", "cuda"]);
        Assert.Equal("0.1.0", environment.Version);
    }

    [Theory]
    [InlineData("0.1.0+abc", "0.1.0", "abc")]
    [InlineData("0.1.0", "0.1.0", null)]
    public void The_commit_is_split_from_the_version(string informational, string version, string? commit) =>
        Assert.Equal((version, commit), EnvironmentInfo.SplitVersion(informational));

    [Fact]
    public void Processor_features_come_from_its_flags()
    {
        const string modern = "model name\t: Some CPU @ 2.0GHz\nflags\t\t: fpu avx2 avx512f avx512_bf16 amx_tile amx_bf16\n";
        Assert.Equal(["AVX2", "AVX512", "bf16", "AMX"], Machine.CpuFeatures(modern));
        Assert.Equal("Some CPU @ 2.0GHz", Machine.CpuModel(modern));
        Assert.Equal(["AVX2"], Machine.CpuFeatures("flags : fpu avx avx2\n"));
        Assert.Equal(["bf16"], Machine.CpuFeatures("Features\t: fp asimd bf16 i8mm\n"));
    }

    [Fact]
    public void The_newest_symbol_version_is_by_number_not_by_letter() =>
        Assert.Equal("GLIBCXX_3.4.30", Machine.NewestGlibcxx("GLIBCXX_3.4\0GLIBCXX_3.4.9\0GLIBCXX_3.4.30\0GLIBCXX_3.4.4\0"u8.ToArray()));
}
