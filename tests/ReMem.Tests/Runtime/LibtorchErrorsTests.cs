using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class LibtorchErrorsTests
{
    private const string Path = "/app/libLibTorchSharp.so";
    private const string Preamble =
        "Unable to load shared library '/app/libLibTorchSharp.so' or one of its dependencies. In order to help diagnose "
        + "loading problems, consider using a tool like strace. If you're using glibc, "
        + "consider setting the LD_DEBUG environment variable: \n";

    [Theory]
    [InlineData("/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)",
        "the build's patch did not run")]
    [InlineData("/lib/libc.so.6: version `GLIBC_2.38' not found (required by /app/libLibTorchSharp.so)", "needs GLIBC_2.38")]
    [InlineData("libgomp-98b21ff3.so.1: cannot open shared object file: No such file or directory", "libgomp-98b21ff3.so.1 is missing")]
    [InlineData("/app/libLibTorchSharp.so: undefined symbol: _ZN3c105ErrorE, version X", "it lacks _ZN3c105ErrorE.")]
    [InlineData("/app/libLibTorchSharp.so: invalid ELF header", "does not load: /app/libLibTorchSharp.so: invalid ELF header")]
    public void The_loaders_words_become_the_cause(string words, string cause)
    {
        ReMemException error = LibtorchErrors.NotLoaded(Path, new DllNotFoundException(Preamble + words + "\n"));
        Assert.Contains(cause, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.NotNull(error.Remedy);
        Assert.Equal(Path, error.Where);
    }

    [Theory]
    [InlineData("libtorch.so", "Add the package ReMem.Cpu, which brings libtorch, to the program's project.")]
    [InlineData("libtorch_cuda.so", "Install the CUDA libraries that this libtorch was built for.")]
    [InlineData("libgomp.so.1", "Install libgomp.so.1.")]
    public void A_missing_library_has_its_own_remedy(string library, string remedy)
    {
        string words = $"{library}: cannot open shared object file: No such file or directory";
        Assert.Equal(remedy, LibtorchErrors.NotLoaded(Path, new DllNotFoundException(Preamble + words + "\n")).Remedy);
    }
}
