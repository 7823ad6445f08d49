using System.CommandLine;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Evaluation;
using ReMem.Export;
using ReMem.Reports;
using ReMem.Runtime;

namespace ReMem.Cli.Commands;

/// <summary>remem evaluate: a model's scores on labelled images.</summary>
internal static class EvaluateCommand
{
    private const int MaxNamed = 10;

    public static Command Create()
    {
        var data = Common.Data();
        var folder = Common.ModelDir();
        var split = new Option<string?>("--split")
        {
            Description = "train, val, test or all. Default: test; without splits, all.",
            HelpName = string.Join('|', ScoredImages.Splits),
        };
        var bad = Common.OnBadImage();
        var html = new Option<string?>("--html")
        {
            Description = "Also write a page: what is mistaken for what, every class, the worst mistakes as pictures.",
            HelpName = "FILE",
        };
        var offline = Common.Offline();
        var json = Common.Json();
        Command command = Common.Command(
            "evaluate",
            "Score a model folder, or an ONNX file that remem exported, on labelled images: top-1, top-5, balanced accuracy, "
                + "calibration error, and scores per class. The "
                + "images need not have splits or "
            + "every class of the model.",
            "remem evaluate photos/ --model-dir student/ --split test");
        foreach (Symbol symbol in new Symbol[] { data, folder, split, bad, html, offline, json })
            command.AddSymbol(symbol);
        command.Action((parsed, cancellationToken) =>
        {
            string? name = parsed.GetValue(split);
            if (name is not null && !ScoredImages.Splits.Contains(name))
                throw Nearest.Unknown("split", name, [.. ScoredImages.Splits], "--split");
            BadImagePolicy policy = Common.IsSkip(parsed.GetValue(bad)!) ? BadImagePolicy.Skip : BadImagePolicy.Fail;
            Common.LoadLibtorch();
            string path = parsed.GetValue(folder)!;
            using OnnxModel? file = OnnxModel.IsFile(path) ? OnnxModel.Open(path) : null;
            ScoredModel model = file is not null
                ? file.Scored
                : ScoredModel.Of(LabelledModel.FromFolder(Common.Folder(path, parsed.GetValue(offline), cancellationToken)));
            AnswerSection? answers = null;
            void Answered(ModelOutputs outputs, ScoredImages images, IReadOnlyList<int> rows) => answers =
                AnswerSection.Of(images.Split, outputs.Logits, outputs.Labels, model.Labels, images.Images, rows);
            string? page = parsed.GetValue(html);
            (string scored, ClassificationMetrics metrics) = Common.WithProgress(progress => new Scoring(model, progress).Run(
                parsed.GetValue(data)!, name, policy, cancellationToken, page is null ? null : Answered));
            if (page is not null)
                AtomicFile.WriteAllText(page, ModelPage.Render(path, metrics, answers!, Common.CommandLine()));
            if (parsed.GetValue(json))
                Common.PrintJson(metrics);
            else
                Print(scored, metrics);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(string split, ClassificationMetrics metrics)
    {
        Console.WriteLine(Common.Summary(split, metrics));
        IReadOnlyList<string> absent = metrics.AbsentClasses;
        if (absent.Count > 0)
        {
            string more = absent.Count > MaxNamed ? $" and {absent.Count - MaxNamed} more" : string.Empty;
            Common.PrintLine(
                $"no images of {absent.Count} of the model's {metrics.PerClass.Count} classes, which balanced accuracy leaves out: "
                    + $"{string.Join(", ", absent.Take(MaxNamed))}{more}");
        }

        Console.WriteLine($"\n{"class",-32} {"count",6} {"recall",7} {"precision",10} {"F1",6}");
        foreach (ClassScore c in metrics.PerClass)
            Common.PrintLine(
                FormattableString.Invariant($"{c.Name,-32} {c.Count,6} {Percent(c.Recall),7} {Percent(c.Precision),10} {Percent(c.F1),6}"));
    }

    /// <summary>A share in percent; a dash where it is undefined.</summary>
    private static string Percent(double share) => double.IsNaN(share) ? "-" : FormattableString.Invariant($"{100 * share:0.0}");
}
