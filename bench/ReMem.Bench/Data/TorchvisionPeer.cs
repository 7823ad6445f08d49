using System.Diagnostics;
using System.Globalization;

namespace ReMem.Bench.Data;

/// <summary>bench/peers/torchvision_views.py, which makes an epoch whenever it is asked.</summary>
internal sealed class TorchvisionPeer : IDisposable
{
    private readonly Process _process;
    private readonly string _list = Path.GetTempFileName();

    public TorchvisionPeer(string python, string script, IEnumerable<string> files, double scale, int batch, bool memory)
    {
        File.WriteAllLines(_list, files);
        var info = new ProcessStartInfo(python) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])[script, _list, "--scale", scale.ToString(CultureInfo.InvariantCulture), "--batch",
            batch.ToString(CultureInfo.InvariantCulture), .. memory ? ["--memory"] : Array.Empty<string>()])
            info.ArgumentList.Add(argument);
        _process = Process.Start(info)!;
        string? line = _process.StandardOutput.ReadLine();
        if (line != "ready")
            throw new InvalidOperationException($"{python} {script} says '{line}'.");
    }

    /// <summary>Makes an epoch.</summary>
    /// <returns>How long it took, and how long processors worked for it.</returns>
    public Cost Epoch()
    {
        _process.StandardInput.WriteLine();
        double[] times = [.. _process.StandardOutput.ReadLine()!.Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
        return new Cost(times[0], times[1]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_list);
    }
}
