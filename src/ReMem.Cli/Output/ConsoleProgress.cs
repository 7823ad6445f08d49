using System.Diagnostics;
using ReMem.Training;
using ReMem.Weights.Hub;
using Spectre.Console;

namespace ReMem.Cli.Output;

/// <summary>Progress on stderr: a live line with bar, rate and time left on a terminal, else a plain line every few seconds.</summary>
internal sealed class ConsoleProgress : IProgress<ProgressReport>, IProgress<TransferProgress>, IDisposable
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

    public void Report(ProgressReport value) => Show(value.Stage, value.Message, () => Line(value));

    public void Report(TransferProgress value) => Show(value.File, value.Message, () => Line(value));

    public void Dispose() => Clear();

    private void Show(string stage, string? message, Func<string> tick)
    {
        if (message is not null)
        {
            Clear();
            _console.Write(new Text($"{_clock.Elapsed:h\\:mm\\:ss} ", new Style(Color.Grey)));
            _console.Write(new Text($"{stage}: ", new Style(Color.Blue)));
            _console.WriteLine(message);
            _last = _clock.Elapsed;
            return;
        }

        if (_clock.Elapsed - _last < (_live ? LiveInterval : PlainInterval))
            return;
        _last = _clock.Elapsed;
        string line = tick();
        if (!_live)
        {
            _console.WriteLine(line);
            return;
        }

        Clear();
        Console.Error.Write(line.Length < _console.Profile.Width ? line : line[..(_console.Profile.Width - 1)]);
        _open = true;
    }

    private static string Line(ProgressReport r)
    {
        double share = (r.Epoch - 1 + ((double)r.Batch / r.Batches)) / r.Epochs;
        TimeSpan left = TimeSpan.FromSeconds(r.SecondsLeft);
        return FormattableString.Invariant(
            $"{r.Stage} {Bar(share)} epoch {r.Epoch}/{r.Epochs}, batch {r.Batch}/{r.Batches}, loss {r.Loss:0.000}, {r.ImagesPerSecond:0} img/s, {left:h\\:mm\\:ss} left");
    }

    private static string Line(TransferProgress t)
    {
        string rate = FormattableString.Invariant($"{t.BytesPerSecond / 1e6:0.0} MB/s");
        if (t.Total is not { } total)
            return FormattableString.Invariant($"{t.File} {t.Bytes / 1e6:0.0} MB, {rate}");
        string left = t.SecondsLeft is { } seconds ? FormattableString.Invariant($", {TimeSpan.FromSeconds(seconds):h\\:mm\\:ss} left") : string.Empty;
        return FormattableString.Invariant($"{t.File} {Bar(total == 0 ? 1 : (double)t.Bytes / total)} {t.Bytes / 1e6:0.0} of {total / 1e6:0.0} MB, {rate}{left}");
    }

    private static string Bar(double share)
    {
        int filled = (int)(Math.Clamp(share, 0, 1) * 20);
        return $"[{new string('#', filled)}{new string('.', 20 - filled)}]";
    }

    private void Clear()
    {
        if (!_open)
            return;
        Console.Error.Write("\r\u001b[2K");
        _open = false;
    }
}
