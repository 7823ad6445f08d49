using System.Diagnostics;
using ReMem.Training;
using Spectre.Console;

namespace ReMem.Cli.Output;

/// <summary>Progress on stderr: a live line a job with bar, rate and time left on a terminal, else a plain line every few seconds.</summary>
internal sealed class ConsoleProgress : IProgress<ProgressReport>, IDisposable
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(30);
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    private readonly bool _live = !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private readonly List<Job> _jobs = [];
    private TimeSpan _drawn;
    private int _open;

    private ConsoleProgress()
    {
    }

    public static ConsoleProgress Start() => new();

    public void Report(ProgressReport value)
    {
        // Jobs of 'run --jobs' report side by side.
        lock (_gate)
        {
            if (value.Message is not null)
                Say(value);
            else if (_live)
                Draw(value);
            else
                Tell(value);
        }
    }

    public void Dispose()
    {
        lock (_gate)
            Clear();
    }

    private void Say(ProgressReport value)
    {
        Clear();
        _jobs.RemoveAll(j => j.Stage == value.Stage);
        _console.Write(new Text($"{_clock.Elapsed:h\\:mm\\:ss} ", new Style(Color.Grey)));
        _console.Write(new Text($"{value.Stage}: ", new Style(Color.Blue)));
        _console.WriteLine(value.Message!);
    }

    private void Tell(ProgressReport value)
    {
        Job job = Find(value.Stage);
        if (_clock.Elapsed - job.Told < PlainInterval)
            return;
        job.Told = _clock.Elapsed;
        _console.WriteLine(Line(value));
    }

    private void Draw(ProgressReport value)
    {
        Job job = Find(value.Stage);
        job.Line = Line(value);
        job.Told = _clock.Elapsed;
        if (_clock.Elapsed - _drawn < LiveInterval)
            return;
        _drawn = _clock.Elapsed;
        Clear();
        _jobs.RemoveAll(j => _clock.Elapsed - j.Told > Stale);
        int width = _console.Profile.Width - 1;
        foreach (string line in _jobs.Select(j => j.Line))
            Console.Error.Write((line.Length <= width ? line : line[..width]) + "\n");
        _open = _jobs.Count;
    }

    private Job Find(string stage)
    {
        if (_jobs.Find(j => j.Stage == stage) is { } known)
            return known;
        // The first plain line of a stage comes after an interval, not at once.
        var job = new Job(stage) { Told = _clock.Elapsed };
        _jobs.Add(job);
        return job;
    }

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
        for (; _open > 0; _open--)
            Console.Error.Write("\u001b[1A\r\u001b[2K");
    }

    private sealed class Job(string stage)
    {
        public string Stage { get; } = stage;

        public string Line { get; set; } = string.Empty;

        public TimeSpan Told { get; set; }
    }
}
