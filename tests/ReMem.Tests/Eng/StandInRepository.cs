namespace ReMem.Tests.Eng;

/// <summary>
/// A small repository for the launchers, with a stand-in for dotnet, first on the PATH, that writes down how it was called.
/// </summary>
internal sealed class StandInRepository : IDisposable
{
    // The sixth argument is the machine's name: build PROJECT -c Release -r NAME.
    private const string Dotnet = """
        #!/bin/sh
        echo "$@" >>"$(dirname "$0")/../calls"
        if [ "$1" = build ]; then
          echo "build noise"
          echo "build noise" >&2
          [ ! -f "$2/broken" ] || exit 1
          mkdir -p "$2/bin/Release/net10.0/$6" "$2/obj"
          sleep "${BUILD_SECONDS:-0}"
          touch "$2/bin/Release/net10.0/$6/ReMem.Cli.dll"
          exit 0
        fi
        shift
        echo "ran: $*"
        cat
        exit 7
        """;

    private readonly TemporaryFolder _folder = new("remem launcher-");

    public StandInRepository()
    {
        Write("path/dotnet", Dotnet);
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(File("path/dotnet"), (UnixFileMode)0b111_101_101);
        foreach (string file in (string[])["src/ReMem/A.cs", "src/ReMem/B.cs", "src/ReMem.Cli/Program.cs", "eng/x.targets",
            "Directory.Build.props", "Directory.Build.targets", "global.json", "demo/emoji/a.parquet", "recipes/demo.yaml",
            "recipes/other.yaml"])
            Write(file, "");
    }

    public string Path => _folder.Path;

    /// <summary>The folders that hold programs: the stand-in's, then the system's.</summary>
    public string Programs => $"{File("path")}:/usr/bin:/bin";

    public void Dispose() => _folder.Dispose();

    public string File(string name) => _folder.File(name);

    /// <summary>How dotnet was called so far, a line each.</summary>
    public string[] Calls() => System.IO.File.Exists(File("calls")) ? System.IO.File.ReadAllLines(File("calls")) : [];

    /// <summary>Makes a file older than any build, so that a test does not depend on the clock's resolution.</summary>
    public void Write(string file, string text)
    {
        string path = File(file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        System.IO.File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(-10));
    }

    /// <summary>Makes a file newer than the last build, or older.</summary>
    public void Touch(string file, double seconds) => System.IO.File.SetLastWriteTimeUtc(File(file), DateTime.UtcNow.AddSeconds(seconds));
}
