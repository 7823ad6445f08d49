using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TorchSharp;

namespace ReMem.Bench;

/// <summary>This program in a process of its own, whose oneDNN keeps to one instruction set; it waits while it is not asked.</summary>
internal sealed class KernelProcess : IDisposable
{
    /// <summary>The name of the child's command.</summary>
    public const string Command = "kernels-child";

    private const string InstructionSet = "ONEDNN_MAX_CPU_ISA";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string? _instructionSet;
    private readonly int _threads;
    private Process? _process;

    /// <param name="instructionSet">oneDNN's name of it; null leaves the choice to oneDNN.</param>
    /// <param name="threads">Of one tensor operation.</param>
    public KernelProcess(string? instructionSet, int threads)
    {
        _instructionSet = instructionSet;
        _threads = threads;
    }

    /// <summary>In the tables.</summary>
    public string Name => _instructionSet ?? "default";

    /// <summary>Has a case done; null with the reason where the process died of it or did not answer.</summary>
    public (KernelAnswer? Answer, string? Failure) Ask(KernelCase work, KernelForm form, bool compares)
    {
        _process ??= Start();
        string failure;
        try
        {
            _process.StandardInput.WriteLine($"{KernelCase.All.ToList().IndexOf(work)} {form} {compares}");
            string? line = _process.StandardOutput.ReadLineAsync().WaitAsync(Patience).GetAwaiter().GetResult();
            if (line is not null)
                return (JsonSerializer.Deserialize<KernelAnswer>(line), null);
            _process.WaitForExit();
            failure = string.Create(CultureInfo.InvariantCulture, $"died ({_process.ExitCode})");
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            failure = e is TimeoutException ? "no answer" : "died";
        }

        // The next question goes to a new process.
        End();
        return (null, failure);
    }

    public void Dispose() => End();

    /// <summary>The child: it answers lines until there are no more.</summary>
    public static void Serve(int threads)
    {
        torch.set_num_threads(threads);
        var work = new KernelWork();
        while (Console.ReadLine()?.Split(' ') is [var index, var form, var compares])
        {
            KernelCase asked = KernelCase.All[int.Parse(index, CultureInfo.InvariantCulture)];
            KernelForm forced = Enum.Parse<KernelForm>(form);
            Console.WriteLine(JsonSerializer.Serialize(bool.Parse(compares) ? work.Compare(asked, forced) : work.Run(asked, forced)));
        }
    }

    private Process Start()
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            info.ArgumentList.Add(typeof(KernelProcess).Assembly.Location);
        info.ArgumentList.Add(Command);
        info.ArgumentList.Add(_threads.ToString(CultureInfo.InvariantCulture));
        info.Environment.Remove(InstructionSet);
        if (_instructionSet is not null)
            info.Environment[InstructionSet] = _instructionSet;
        return Process.Start(info)!;
    }

    /// <summary>Ends the child: one that waits by closing its input, one that does not answer by force.</summary>
    private void End()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
                _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _process = null;
    }
}
