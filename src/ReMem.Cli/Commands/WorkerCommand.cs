using System.CommandLine;
using System.Text.Json;
using ReMem.Cli.Workers;
using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>The worker process of 'run --jobs': computes one part, reports in JSON lines on stdout, and stops when stdin ends.</summary>
internal static class WorkerCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR");
        var method = new Argument<string>("METHOD");
        var seed = new Argument<int>("SEED");
        var threads = new Argument<int>("THREADS");
        var command = new Command(WorkerProcess.Command, "Computes one part of a run of 'run --jobs'.") { folder, method, seed, threads };
        command.Hidden = true;
        command.Action((parsed, cancellationToken) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            new Thread(() => WaitForEnd(stop)) { IsBackground = true }.Start();
            Common.LoadLibtorch();
            try
            {
                string path = parsed.GetValue(folder)!;
                Recipe recipe = RecipeReader.Parse(RunFolder.RecipeOf(path), Path.Combine(path, "recipe.yaml"));
                new ComparisonPipeline(recipe, new Reporter()).RunPart(path,
                    new ComparisonPart(parsed.GetValue(method)!, parsed.GetValue(seed)), parsed.GetValue(threads), stop.Token);
                return ExitCodes.Done;
            }
            catch (ReMemException e)
            {
                Send(new WorkerMessage(Error: WorkerError.Of(e)));
                return e is InputException ? ExitCodes.BadInput : ExitCodes.Failed;
            }
        });
        return command;
    }

    private static void WaitForEnd(CancellationTokenSource stop)
    {
        while (Console.In.Read() >= 0)
        {
        }

        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work was finished first.
        }
    }

    private static void Send(WorkerMessage message) => Console.WriteLine(JsonSerializer.Serialize(message, Json.Line));

    private sealed class Reporter : IProgress<ProgressReport>
    {
        private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
        private readonly System.Diagnostics.Stopwatch _sinceTick = System.Diagnostics.Stopwatch.StartNew();

        public void Report(ProgressReport value)
        {
            if (value.Message is null)
            {
                if (_sinceTick.Elapsed < TickInterval)
                    return;
                _sinceTick.Restart();
            }

            Send(WorkerMessage.Of(value));
        }
    }
}
