using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ReMem.Recipes;
using ReMem.Recipes.Stages;
using ReMem.Runtime;

namespace ReMem.Cli.Workers;

/// <summary>Starts this program again to compute one part of a run; the worker is the command <see cref="Command"/>.</summary>
internal static class WorkerProcess
{
    /// <summary>The hidden command that computes one part.</summary>
    public const string Command = "run-part";

    /// <summary>
    /// How long a worker may take to stop at its next step before it is killed. Its last checkpoint is kept in either case.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Workers that share the cores evenly.</summary>
    /// <param name="jobs">Number of parts at once.</param>
    /// <param name="threads">The run's total threads; 0 is all cores.</param>
    public static PartWorkers Workers(int jobs, int threads)
    {
        int each = PartWorkers.ThreadsEach(jobs, threads);
        return new PartWorkers(jobs, (folder, part, progress, cancellationToken) => Run(folder, part, each, progress, cancellationToken));
    }

    private static async Task Run(string folder, ComparisonPart part, int threads, IProgress<ProgressReport> progress,
        CancellationToken cancellationToken)
    {
        using Process process = Process.Start(StartInfo(folder, part, threads))!;

        // A worker stops when its standard input ends, so that it never outlives this process.
        await using CancellationTokenRegistration stop = cancellationToken.Register(process.StandardInput.Close);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        WorkerError? error = null;
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
        {
            WorkerMessage message = JsonSerializer.Deserialize<WorkerMessage>(line, Json.Line)!;
            error = message.Error ?? error;
            if (message.Progress is { } news)
                progress.Report(news);
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (error is not null)
            throw error.ToException();
        if (process.ExitCode == ExitCodes.Done)
            return;
        string said = await errors.ConfigureAwait(false), last = Cause(said);
        throw new ReMemException(
            $"The worker process of this part ended with code {process.ExitCode}{(last.Length > 0 ? $": {last}" : string.Empty)}.",
            string.Join('/', part.Path),
            "Run the same command again to continue; with fewer --jobs if memory ran out.",
            new InvalidOperationException(said));
    }

    /// <summary>
    /// The cause of a worker's end that it could not report: the line of its error, else its last line, which is left by a crash of native
    /// code.
    /// </summary>
    internal static string Cause(string errors)
    {
        string[] lines = errors.Trim().Split('\n', StringSplitOptions.TrimEntries);
        return Array.FindLast(lines, line => line.StartsWith("error: ", StringComparison.Ordinal)) ?? lines[^1];
    }

    private static ProcessStartInfo StartInfo(string folder, ComparisonPart part, int threads)
    {
        string program = Environment.ProcessPath!;
        var info = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The run has fetched all weights before it starts workers.
        info.Environment["HF_HUB_OFFLINE"] = "1";

        // Under the dotnet host the program is its first argument.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            info.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        foreach (string argument in new[] { Command, "--verbose", "--", folder, part.Method.Name,
            part.Seed.ToString(CultureInfo.InvariantCulture), threads.ToString(CultureInfo.InvariantCulture) })
            info.ArgumentList.Add(argument);
        return info;
    }
}
