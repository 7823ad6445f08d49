using System.Diagnostics;
using ReMem.Runtime;
using ReMem.Runtime.Downloads;
using Spectre.Console;

namespace ReMem.Cli.Output;

/// <summary>
/// Progress on stderr: on a terminal a live line per job with bar, rate and time left, else a plain line every few seconds.
/// </summary>
internal sealed class ConsoleProgress : IProgress<ProgressReport>, IProgress<TransferProgress>, IDisposable
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(30);
    // Spectre cannot detect that this writer is standard error.
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(PlainWriter.Steering),
        Ansi = Console.IsErrorRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        ColorSystem = Console.IsErrorRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
    });
    private readonly TextWriter _error = PlainWriter.Steering;
    private readonly bool _live = !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private readonly List<Job> _jobs = [];
    private TimeSpan _drawn;
    private int _open;

    private ConsoleProgress()
    {
        // A file or pipe has no width to wrap at: lines stay whole.
        if (!_live)
            _console.Profile.Width = int.MaxValue;
    }

    public static ConsoleProgress Start() => new();

    public void Report(ProgressReport value) =>
        Show(value.Stage, value.Message, width => value is StepProgress step ? ProgressLine.Of(step, width) : string.Empty);

    public void Report(TransferProgress value) => Show(value.File, value.Message, width => ProgressLine.Of(value, width));

    public void Dispose()
    {
        lock (_gate)
            Clear();
    }

    private void Show(string stage, string? message, Func<int, string> tick)
    {
        // Jobs of 'run --jobs' report concurrently.
        lock (_gate)
        {
            if (message is not null)
                Say(stage, message);
            else if (_live)
                Draw(stage, tick);
            else
                Print(stage, tick);
        }
    }

    private void Say(string stage, string message)
    {
        Clear();
        _jobs.RemoveAll(j => j.Stage == stage);
        _console.Write(new Text($"{_clock.Elapsed:h\\:mm\\:ss} ", new Style(Color.Grey)));
        _console.Write(new Text($"{PlainText.Line(stage)}: ", new Style(Color.Blue)));
        _console.WriteLine(PlainText.Lines(message));
    }

    private void Print(string stage, Func<int, string> line)
    {
        Job job = Find(stage);
        if (_clock.Elapsed - job.Printed < PlainInterval)
            return;
        job.Printed = _clock.Elapsed;
        _console.WriteLine(PlainText.Line(line(int.MaxValue)));
    }

    private void Draw(string stage, Func<int, string> line)
    {
        Job job = Find(stage);
        job.Line = width => PlainText.Line(line(width));
        job.Printed = _clock.Elapsed;
        if (_clock.Elapsed - _drawn < LiveInterval)
            return;
        _drawn = _clock.Elapsed;
        Clear();
        _jobs.RemoveAll(j => _clock.Elapsed - j.Printed > Stale);
        int width = _console.Profile.Width - 1;
        foreach (Job each in _jobs)
            _error.Write(each.Line(width) + "\n");
        _open = _jobs.Count;
    }

    private Job Find(string stage)
    {
        if (_jobs.Find(j => j.Stage == stage) is { } known)
            return known;
        // The first plain line of a stage is printed after an interval, not at once.
        var job = new Job(stage) { Printed = _clock.Elapsed };
        _jobs.Add(job);
        return job;
    }

    private void Clear()
    {
        for (; _open > 0; _open--)
            _error.Write("\u001b[1A\r\u001b[2K");
    }

    private sealed class Job(string stage)
    {
        public string Stage { get; } = stage;

        public Func<int, string> Line { get; set; } = _ => string.Empty;

        public TimeSpan Printed { get; set; }
    }
}
