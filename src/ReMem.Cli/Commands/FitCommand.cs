using System.CommandLine;
using System.Globalization;
using ReMem.Evaluation.Latency;
using ReMem.Recipes;
using ReMem.Recipes.Fit;
using ReMem.Reports;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>remem fit: one good model from images.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var choices = new ProposalArguments();
        var output = Common.Out("The folder of the run; the same command continues an interrupted one.");
        var time = new Option<string?>("--time")
        {
            Description = "Time for the whole, such as 45m or 2h: trainings are shortened or lengthened to fill it. Default: as proposed.",
            HelpName = "TIME",
        };
        var metric = new Option<string>("--metric")
        {
            Description = "The validation score by which the model is chosen.",
            HelpName = "top1|balanced",
            DefaultValueFactory = _ => "top1",
        };
        var seed = new Option<int>("--seed") { Description = "Decides every random draw." };
        var int8 = new Option<bool>("--int8")
        {
            Description = "Write the model in int8 and float16, too, and compare size, score and time of the three.",
        };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "fit",
            "Make one good model from images: propose a recipe, train students of labels alone and of several teachers within the time, "
                + "export the one that does best on validation as ONNX, and score the file.",
            "remem fit photos/ --time 45m --out runs/photos");
        foreach (Symbol symbol in (Symbol[])[.. choices.Symbols, time, metric, int8, seed, output, offline, json])
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            string folder = parsed.GetValue(output)!;
            var options = new FitOptions
            {
                Proposal = choices.Options(parsed),
                Time = parsed.GetValue(time) is { } text ? FitOptions.ParseTime(text) : null,
                Metric = MetricOf(parsed.GetValue(metric)!),
                Int8 = parsed.GetValue(int8),
                Seed = parsed.GetValue(seed),
            };
            Common.LoadLibtorch();
            FitResult result = Common.WithProgress(progress =>
                new ModelFit(options, progress, Common.Sources(parsed.GetValue(offline), progress)).Run(folder, Common.CommandLine(),
                    cancellationToken));
            if (parsed.GetValue(json))
                Common.PrintJson(result);
            else
                Print(result);
            return ExitCodes.Done;
        }, _ => Common.EpochsAreKept);
        return command;
    }

    private static SelectionMetric MetricOf(string name) => name switch
    {
        "top1" => SelectionMetric.Top1,
        "balanced" => SelectionMetric.Balanced,
        _ => throw Nearest.Unknown("metric", name, ["top1", "balanced"], "--metric"),
    };

    private static void Print(FitResult result)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"your model: {result.File} ({result.Bytes / 1e6:0.0} MB)"));
        Console.WriteLine(
            $"  test: top-1 {Figures.Percent(result.Scores.Top1)} % (95 % interval {Figures.Percent(result.Interval.Low)} to "
                + $"{Figures.Percent(result.Interval.High)} %, {result.Scores.Images} images), balanced "
                + $"{Figures.Percent(result.Scores.Balanced)} %, "
                + "of the ONNX file");
        foreach (LatencyRow row in result.Latency)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {row.P50:0.0} ms an image with {row.Threads} {(row.Threads == 1 ? "thread" : "threads")} "
                    + $"(95 % within {row.P95:0.0} ms)"));
        }

        foreach (ExportedForm form in result.Forms)
            Console.WriteLine($"  {ConsoleTable.Line(form)}");
        Console.WriteLine(result.Teacher is { } teacher
            ? $"  chosen on validation: taught by the teacher '{result.Method}', which reaches {Figures.Percent(teacher)} % on test"
            : "  chosen on validation: labels alone, since no teacher's student did better");
        if (result is { Teacher: not null, LabelsAlone: { } alone })
            Console.WriteLine($"  labels alone: {Figures.Percent(alone)} % on test");
        Console.WriteLine($"report: {result.Report}");
    }
}
