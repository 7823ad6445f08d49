using ReMem.Data.Sources;
using ReMem.Evaluation;
using ReMem.Evaluation.Latency;
using ReMem.Export;
using ReMem.Models;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Weights;

namespace ReMem.Recipes.Stages;

/// <summary>
/// Exports the student that a run or a sweep ends with, and scores the ONNX file itself on the whole test split. It is done anew whenever a
/// run is continued.
/// </summary>
/// <param name="data">The images.</param>
/// <param name="progress">Hears of the result.</param>
/// <param name="exported">Given the file before it is checked, where tests break it; null does nothing.</param>
/// <param name="int8">Whether the student is written in float16 and int8, too.</param>
/// <param name="cancellationToken">Stops between batches.</param>
internal sealed class StudentExport(PreparedData data, IProgress<ProgressReport>? progress, Action<string>? exported, bool int8,
    CancellationToken cancellationToken)
{
    /// <summary>
    /// Training images that are looked at for labels that look wrong, at the most: a pass over millions would take hours.
    /// </summary>
    internal const int MaxChecked = 20_000;

    private const string Folder = "student";
    private const string OnnxFile = "model.onnx";

    /// <summary>
    /// Writes student/ into a folder: the model folder, and model.onnx or, where that fails its check, model.failed-check.onnx.
    /// </summary>
    /// <param name="best">The student's results.</param>
    /// <param name="source">Its model folder.</param>
    /// <param name="folder">The run's or the sweep's.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <returns>The file, and how it answers the test images; null where its answers are not finite.</returns>
    public (OnnxSection Onnx, AnswerSection? Answers) Run(MethodRun best, string source, string folder, string name)
    {
        progress?.Report(new MessageProgress("export", $"student of {name} to ONNX, checked on the test split"));
        (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(source);
        using (model)
        {
            string target = Path.Combine(folder, Folder);
            ModelFolder.Save(target, model, labels);
            AnswerSection? answers = null;
            IReadOnlyList<string> classes = data.Dataset.Classes;
            OnnxCheck Check(string file) => OnnxVerifier.VerifyOnSplit(
                model, file, data.Evaluation(data.Dataset.Test, model), classes, best.Student.Test.Top1, cancellationToken,
                (logits, truth) => answers = AnswerSection.Of("test", logits, truth, classes, data.Dataset.Test));
            var options = new OnnxExportOptions { Labels = labels };
            (string path, OnnxCheck check) = CheckedExport.Write(model, Path.Combine(target, OnnxFile), options, Check, exported);
            progress?.Report(new MessageProgress("export", Message(name, check)));
            string relative = $"{Folder}/{Path.GetFileName(path)}";
            if (answers is not null)
            {
                IImageSource some = Subset.AtMost(data.Dataset.Train, MaxChecked, data.Recipe.Reading.Seed);
                using ModelOutputs train = Evaluator.Run(model, data.Evaluation(some, model), cancellationToken);
                answers = answers with
                {
                    Doubtful = AnswerSection.DoubtfulOf(train.Logits, train.Labels, classes, some),
                    Checked = some.Count,
                };
            }

            var single = new ExportedForm("float32", path)
            {
                Bytes = new FileInfo(path).Length,
                Top1 = check.File?.Top1,
                Agreement = 1,
            };
            IReadOnlyList<ExportedForm> forms = int8 && check.Failure is null
                ? new SmallerForms(data, progress, cancellationToken).Write(model, options, target, single)
                : [];
            return (new OnnxSection(relative, best.Method.Name, best.Seed, check.LargestDifference, check.Top1Agreement, check.Images)
            {
                Bytes = single.Bytes,
                RelativeDifference = check.RelativeDifference,
                Tolerance = check.Tolerance,
                ModelScores = ExportedScores.Of(check.Model),
                FileScores = ExportedScores.Of(check.File),
                Failure = check.Failure,
                Latency = forms.Count > 0 ? forms[0].Latency : check.Failure is null ? Times(path) : [],
                Forms = forms,
            }, answers);
        }
    }

    private IReadOnlyList<LatencyRow> Times(string file) =>
        OnnxLatency.Measure([file], new LatencyOptions { Batches = [1] }, progress, cancellationToken)[0].Rows;

    private static string Message(string name, OnnxCheck check)
    {
        if (check.Failure is { } failure)
            return $"student of {name}: {ConsoleTable.Failed(failure)}";
        string scores =
            FormattableString.Invariant($"ONNX file top-1 {100 * check.File!.Top1:0.0} %, model {100 * check.Model!.Top1:0.0} %");
        string differences = FormattableString.Invariant(
            $"largest difference {check.LargestDifference:0.0e+0}, top-1 agreement {100 * check.Top1Agreement:0.0} %");
        return $"student of {name}: {scores} on {check.Images} test images; {differences}";
    }
}
