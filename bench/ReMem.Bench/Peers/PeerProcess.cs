using System.Diagnostics;
using System.Text.Json;

namespace ReMem.Bench.Peers;

/// <summary>Debian's PyTorch in a process of its own, which waits while it is not asked.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts a script of bench/peers, which says first what it runs on.</summary>
    public PeerProcess(string script, int threads, params string[] arguments)
    {
        // By its path: a python3 of another place has another PyTorch, or none.
        var info = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])[script, .. arguments])
            info.ArgumentList.Add(argument);
        // The peer's best setting: with two loading processes next to it, idle threads that spin cost it two fifths of its rate.
        info.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        info.Environment.Remove("GOMP_SPINCOUNT");
        info.Environment["OMP_NUM_THREADS"] = info.Environment["OPENBLAS_NUM_THREADS"] = $"{threads}";
        _process = Process.Start(info)!;
        Environment = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Line())!;
    }

    /// <summary>Versions of the peer.</summary>
    public IReadOnlyDictionary<string, JsonElement> Environment { get; }

    /// <summary>Sends a line and waits for the answer.</summary>
    public T Ask<T>(string line)
    {
        _process.StandardInput.WriteLine(line);
        return JsonSerializer.Deserialize<T>(Line())!;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string Line() => _process.StandardOutput.ReadLine()
        ?? throw new InvalidOperationException("The peer stopped. It needs Debian's PyTorch: apt-get install python3-torch");
}
