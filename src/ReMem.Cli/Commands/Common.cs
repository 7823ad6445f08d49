using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using ReMem.Cli.Output;
using ReMem.Evaluation;
using ReMem.Recipes.Stages;
using ReMem.Runtime;
using ReMem.Weights.Hub;

namespace ReMem.Cli.Commands;

/// <summary>Common parts of the commands: options, exit codes for errors, and output.</summary>
internal static class Common
{
    public const string ModelDirHelp = "A folder that 'finetune' or 'distill' wrote, or hf-hub:owner/name of a timm model.";
    public const string WeightsHelp = "a file, hf-hub:owner/name[@revision], local-dir:DIR or an https address";

    /// <summary>The message of an interrupted training.</summary>
    public const string EpochsAreKept = "everything up to the last epoch is kept";

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Show the full cause of an error.", Recursive = true };

    public static Option<bool> Json() =>
        new("--json") { Description = "Print the result as JSON on stdout; everything else goes to stderr." };

    public static Option<string> Out(string what) => new("--out", "-o") { Description = what, HelpName = "DIR", Required = true };

    public static Option<string> OnBadImage() => new("--on-bad-image")
    {
        Description = "skip or fail at an image that cannot be decoded.",
        HelpName = "skip|fail",
        DefaultValueFactory = _ => "fail",
    };

    /// <summary>The value of --on-bad-image.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    public static bool IsSkip(string given) => given switch
    {
        "skip" => true,
        "fail" => false,
        _ => throw Nearest.Unknown("on_bad_image", given, ["skip", "fail"], "--on-bad-image"),
    };

    /// <summary>Throws where the command line names no model, or two.</summary>
    /// <exception cref="InputException">It names none or two.</exception>
    public static void RequireOneModel(string? folder, string? name, string? weights)
    {
        if (folder is not null && (name is not null || weights is not null))
            throw new InputException("--model-dir holds model and weights; give no --model or --weights with it.", "command line");
        if (folder is null && (name is null || weights is null))
            throw new InputException("Give --model-dir DIR, or --model NAME with --weights FILE.", "command line");
        if (name is not null)
            _ = Models.ModelCatalogue.Info(name);
    }

    public static Argument<string> Data() => new("DATA")
    {
        Description = "A folder with train/ val/ test/ or of class folders, Parquet, a table of paths (CSV, TSV, JSON Lines), "
            + "WebDataset shards, a zip, CIFAR or IDX files; LAYOUT:PATH?KEY=VALUE says which.",
    };

    public static Argument<string[]> Overrides() =>
        new("key=value") { Description = "Recipe values to change, such as teacher.training.epochs=3.", Arity = ArgumentArity.ZeroOrMore };

    /// <summary>A command whose description ends with an example.</summary>
    public static Command Command(string name, string description, string example) => new(name, $"{description}\n\nExample:\n  {example}");

    public static Option<string> ModelDir() => new("--model-dir") { Description = ModelDirHelp, HelpName = "DIR", Required = true };

    public static Option<bool> Offline() => new("--offline") { Description = "Download nothing: use what earlier runs downloaded." };

    public static Option<string?> Prefix() => new("--prefix")
    {
        Description =
            "Prefix of the model's tensor names in the weights, such as student. or '' for none. Default: it is found; of several that "
                + "fit, averaged weights or the teacher's.",
        HelpName = "PREFIX",
    };

    /// <summary>Resolves weights and model folders; downloads are shown in the progress display.</summary>
    /// <param name="offline">Contacts no server.</param>
    /// <param name="progress">Shows downloads.</param>
    /// <param name="option">The option for a local file or folder; null where it is a recipe's key.</param>
    public static WeightSource Sources(bool offline, ConsoleProgress progress, string? option = null) =>
        new(progress: progress) { Offline = offline, LocalOption = option };

    /// <summary>A model folder on disk, downloaded where its source is the hub.</summary>
    public static string Folder(string source, bool offline, CancellationToken cancellationToken, string option = "--model-dir DIR") =>
        WithProgress(p => Sources(offline, p, option).ResolveFolder(source, cancellationToken));

    /// <summary>A teacher from a model folder, downloaded where its source is the hub.</summary>
    public static LoadedTeacher Teacher(string source, bool offline, CancellationToken cancellationToken) =>
        LoadedTeacher.Load(source, Folder(source, offline, cancellationToken, "--teacher-dir DIR"));

    /// <summary>A file of weights on disk, downloaded where its source is remote.</summary>
    public static string WeightsFile(string source, bool offline, CancellationToken cancellationToken, string option = "--weights FILE") =>
        WithProgress(p => Sources(offline, p, option).ResolveFile(source, cancellationToken));

    /// <summary>The model that the command line names: a model folder, or a model with its weights.</summary>
    public static LabelledModel Load(
        string? folder, string? name, string? weights, string? prefix, string? labels, int? size, bool offline,
        CancellationToken cancellationToken)
    {
        RequireOneModel(folder, name, weights);
        if (folder is not null && prefix is not null)
            throw new InputException("--model-dir holds model and weights; give no --prefix with it.", "command line");
        return folder is not null
            ? LabelledModel.FromFolder(Folder(folder, offline, cancellationToken))
            : LabelledModel.FromWeights(name!, WeightsFile(weights!, offline, cancellationToken), labels, size, prefix);
    }

    public static void AddSymbol(this Command command, Symbol symbol)
    {
        if (symbol is Argument argument)
            command.Add(argument);
        else
            command.Add((Option)symbol);
    }

    /// <summary>Runs one training in its own folder and prints its scores.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="offline">Download nothing.</param>
    /// <param name="json">Print JSON.</param>
    /// <param name="train">Trains in the folder, with weights from the source.</param>
    /// <param name="option">The command's option that takes weights from a local file, for the remedy where a download fails.</param>
    public static int RunStage(
        string path, bool offline, bool json, Func<string, WeightSource, IProgress<ProgressReport>, TrainedResult> train,
        string? option = null)
    {
        LoadLibtorch();
        TrainedResult result = WithProgress(progress => train(path, Sources(offline, progress, option), progress));
        if (json)
            PrintJson(result);
        else
            Console.WriteLine($"{Summary("val", result.Validation)}\n{Summary("test", result.Test)}\nmodel: {Path.GetFullPath(path)}");
        return ExitCodes.Done;
    }

    public static string Summary(string split, Evaluation.ClassificationMetrics m)
    {
        int classes = m.PerClass.Count, absent = m.AbsentClasses.Count;
        string over = absent == 0 ? string.Empty : $" over {classes - absent} of {classes} classes";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{split}: top-1 {100 * m.Top1:0.0} %, top-5 {100 * m.Top5:0.0} %, balanced {100 * m.BalancedAccuracy:0.0} %{over}, ECE "
                + $"{100 * m.ExpectedCalibrationError:0.0} % ({m.Count} images)");
    }

    /// <summary>Sets a command's action; errors become one to three lines on stderr and an exit code.</summary>
    /// <param name="command">The command.</param>
    /// <param name="action">What it does.</param>
    /// <param name="resumes">
    /// The message where the same command continues an interrupted one; null where it would start from the beginning.
    /// </param>
    public static void Action(
        this Command command, Func<ParseResult, CancellationToken, int> action, Func<ParseResult, string?>? resumes = null) =>
            command.SetAction((parsed, interrupted) => Task.Run(() =>
    {
        // Closing the terminal ends the work as Ctrl-C does, with its state saved; under nohup there is no such signal.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        try
        {
            return action(parsed, stop.Token);
        }
        catch (OperationCanceledException)
        {
            string? kept = resumes?.Invoke(parsed);
            Console.Error.WriteLine(kept is null ? "interrupted" : $"interrupted; {kept}, the same command continues");
            return ExitCodes.Interrupted;
        }
        catch (ReMemException e)
        {
            return Failed(e, parsed.GetValue(Verbose));
        }
        catch (Exception e)
        {
            // The wrapping exception of a static constructor or a task has no information.
            Exception cause = e is TypeInitializationException or AggregateException ? e.GetBaseException() : e;
            Console.Error.WriteLine(parsed.GetValue(Verbose)
                ? $"error: {e}"
                : $"error: {cause.GetType().Name}: {PlainText.Line(cause.Message.Split('\n')[0])}\n  Run again with --verbose for the "
                    + "full cause.");
            return ExitCodes.Failed;
        }
    }));

    /// <summary>Prints an error and returns the exit code.</summary>
    public static int Failed(ReMemException e, bool verbose)
    {
        Say(e, verbose);
        return e is InputException ? ExitCodes.BadInput : ExitCodes.Failed;
    }

    /// <summary>Prints one line, with control characters in names escaped.</summary>
    public static void PrintLine(string text) => Console.WriteLine(PlainText.Line(text));

    /// <summary>Runs work under a progress display: live bars on a terminal, plain lines otherwise.</summary>
    public static T WithProgress<T>(Func<ConsoleProgress, T> work)
    {
        FileHandles.Require();
        using var progress = ConsoleProgress.Start();
        return work(progress);
    }

    /// <summary>The value of --threads, with 0 as all cores.</summary>
    /// <exception cref="InputException">It is out of range.</exception>
    public static int Threads(int given) => given switch
    {
        0 => Environment.ProcessorCount,
        >= 1 and <= 256 => given,
        _ => throw new InputException($"--threads is {given}; it must be 0 (all cores) to 256.", "command line"),
    };

    public static void PrintJson(object value) => Console.WriteLine(Runtime.Json.Serialize(value));

    /// <summary>This process's command line, quoted for a shell.</summary>
    public static string CommandLine() => ShellCommand.Of(Environment.GetCommandLineArgs().Skip(1));

    public static void LoadLibtorch()
    {
        FileHandles.Require();
        Libtorch.Load();
    }

    private static void Say(ReMemException e, bool verbose)
    {
        Console.Error.WriteLine($"error: {PlainText.Line(e.Message)}");
        if (e.Where is not null)
            Console.Error.WriteLine($"  in: {PlainText.Line(e.Where)}");
        if (e.Remedy is not null)
            Console.Error.WriteLine($"  to fix it: {PlainText.Line(e.Remedy)}");
        if (verbose && e.InnerException is not null)
            Console.Error.WriteLine(e.InnerException);
    }
}
