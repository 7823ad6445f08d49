using System.Diagnostics;
using ReMem.Training;
using Spectre.Console;

namespace ReMem.Cli.Output;

/// <summary>Progress on stderr: a live line with bar, rate and time left on a terminal, else a plain line every few seconds.</summary>
internal sealed class ConsoleProgress : IProgress<ProgressReport>, IDisposable
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    private readonly bool _live = !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;
    private bool _open;

    private ConsoleProgress()
    {
    }

    public static ConsoleProgress Start() => new();

    public void Report(ProgressReport value)
    {
        if (value.Message is { } message)
        {
            Clear();
            _console.Write(new Text($"{_clock.Elapsed:h\\:mm\\:ss} ", new Style(Color.Grey)));
            _console.Write(new Text($"{value.Stage}: ", new Style(Color.Blue)));
            _console.WriteLine(message);
            _last = _clock.Elapsed;
            return;
        }

        if (_clock.Elapsed - _last < (_live ? LiveInterval : PlainInterval))
            return;
        _last = _clock.Elapsed;
        string line = Line(value);
        if (!_live)
        {
            _console.WriteLine(line);
            return;
        }

        Clear();
        Console.Error.Write(line.Length < _console.Profile.Width ? line : line[..(_console.Profile.Width - 1)]);
        _open = true;
    }

    public void Dispose() => Clear();

    private static string Line(ProgressReport r)
    {
        double share = (r.Epoch - 1 + ((double)r.Batch / r.Batches)) / r.Epochs;
        int filled = (int)(share * 20);
        TimeSpan left = TimeSpan.FromSeconds(r.SecondsLeft);
        return FormattableString.Invariant(
            $"{r.Stage} [{new string('#', filled)}{new string('.', 20 - filled)}] epoch {r.Epoch}/{r.Epochs}, batch {r.Batch}/{r.Batches}, loss {r.Loss:0.000}, {r.ImagesPerSecond:0} img/s, {left:h\\:mm\\:ss} left");
    }

    private void Clear()
    {
        if (!_open)
            return;
        Console.Error.Write("\r\u001b[2K");
        _open = false;
    }
}
