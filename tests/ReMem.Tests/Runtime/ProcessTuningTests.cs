using System.Runtime.InteropServices;
using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed partial class ProcessTuningTests
{
    [Fact]
    public void Threads_spin_for_a_moment_and_freed_memory_is_kept()
    {
        (Dictionary<string, string> variables, Dictionary<int, int> malloc) = Tuned([]);
        Assert.Equal("1000", Assert.Single(variables).Value);
        Assert.Equal(ProcessTuning.Spins, variables.Keys.Single());
        Assert.Equal([-3, -2, -1], malloc.Keys.Order());
        Assert.All(malloc.Values, value => Assert.True(value > 0));
    }

    [Theory]
    [InlineData("GOMP_SPINCOUNT", "77")]
    [InlineData("OMP_WAIT_POLICY", "ACTIVE")]
    public void Waiting_that_the_environment_sets_is_left(string name, string value)
    {
        (Dictionary<string, string> variables, Dictionary<int, int> malloc) = Tuned(new() { [name] = value });
        Assert.Empty(variables);
        Assert.NotEmpty(malloc);
    }

    [Theory]
    [InlineData("MALLOC_TRIM_THRESHOLD_")]
    [InlineData("MALLOC_MMAP_THRESHOLD_")]
    [InlineData("GLIBC_TUNABLES")]
    public void An_allocator_that_the_environment_sets_is_left(string name)
    {
        (Dictionary<string, string> variables, Dictionary<int, int> malloc) = Tuned(new() { [name] = "131072" });
        Assert.NotEmpty(variables);
        Assert.Empty(malloc);
    }

    [Fact]
    public void A_variable_reaches_native_libraries()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "native variables are set on Linux only");
        ProcessTuning.SetNative("REMEM_TEST_VARIABLE", "seen");
        Assert.Equal("seen", Marshal.PtrToStringUTF8(GetEnv("REMEM_TEST_VARIABLE")));
    }

    private static (Dictionary<string, string> Variables, Dictionary<int, int> Malloc) Tuned(Dictionary<string, string> given)
    {
        var variables = new Dictionary<string, string>();
        var malloc = new Dictionary<int, int>();
        ProcessTuning.ForTraining(given.GetValueOrDefault, variables.Add, malloc.Add);
        return (variables, malloc);
    }

    [LibraryImport("libc.so.6", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetEnv(string name);
}
