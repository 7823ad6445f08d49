using ReMem.Data.Sources;
using ReMem.Evaluation.Latency;
using ReMem.Export;
using ReMem.Export.Int8;
using ReMem.Models;
using ReMem.Reports;
using ReMem.Runtime;

namespace ReMem.Recipes.Stages;

/// <summary>
/// The exported student in float16 and int8, next to its float32 file: size, scores on test, and time, measured in turns.
/// </summary>
/// <param name="data">The images: training images to calibrate on, test images to score on.</param>
/// <param name="progress">Hears of each.</param>
/// <param name="cancellationToken">Stops between batches.</param>
internal sealed class SmallerForms(PreparedData data, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
{
    private const string Half = "model-float16.onnx";
    private const string Int8 = "model-int8.onnx";

    /// <summary>Writes both files. One that fails its check, or cannot be made, is said to; the float32 file stays what it is.</summary>
    /// <param name="model">The student.</param>
    /// <param name="options">Those of its float32 file.</param>
    /// <param name="folder">Where that is.</param>
    /// <param name="single">The float32 file, as it was checked, with its full path.</param>
    /// <returns>The three forms, float32 first, with paths relative to the folder above.</returns>
    public IReadOnlyList<ExportedForm> Write(ImageModel model, OnnxExportOptions options, string folder, ExportedForm single)
    {
        (string? Path, ExportedForm Form)[] made =
        [
            (single.Path, single),
            Guarded("float16", () => WriteHalf(model, options with { Half = true }, folder)),
            Guarded("int8", () => WriteInt8(model, options, folder)),
        ];
        string[] files = [.. made.Where(m => m.Form.Failure is null).Select(m => m.Path!)];
        IReadOnlyList<LatencyResult> times =
            OnnxLatency.Measure(files, new LatencyOptions { Batches = [1] }, progress, cancellationToken);
        return [.. made.Select(m => m.Form with
        {
            Path = m.Path is null ? null : $"{Path.GetFileName(folder)}/{Path.GetFileName(m.Path)}",
            Latency = m.Form.Failure is null ? times[Array.IndexOf(files, m.Path)].Rows : [],
        })];
    }

    private (string?, ExportedForm) WriteHalf(ImageModel model, OnnxExportOptions options, string folder)
    {
        OnnxCheck Check(string file) => OnnxVerifier.VerifyOnSplit(
            model, file, data.Evaluation(data.Dataset.Test, model), data.Dataset.Classes, null, cancellationToken, null, options);
        (string path, OnnxCheck check) = CheckedExport.Write(model, Path.Combine(folder, Half), options, Check);
        return (path, new ExportedForm("float16", path)
        {
            Bytes = new FileInfo(path).Length,
            Top1 = check.File?.Top1,
            Agreement = check.Top1Agreement,
            Failure = check.Failure,
        });
    }

    private (string?, ExportedForm) WriteInt8(ImageModel model, OnnxExportOptions options, string folder)
    {
        var settings = new Int8Options { Seed = data.Recipe.Reading.Seed };
        IImageSource some = Subset.AtMost(data.Dataset.Train, settings.Images, settings.Seed);
        Int8Result result = new Int8Exporter(model, settings, progress, cancellationToken).Write(
            Path.Combine(folder, Int8), options, data.Evaluation(some, model), data.Evaluation(data.Dataset.Test, model));
        return (result.Path, new ExportedForm("int8", result.Path)
        {
            Bytes = result.Bytes,
            Top1 = result.Check.Top1,
            Agreement = result.Check.Agreement,
            Failure = result.Check.Failure,
        });
    }

    private (string? Path, ExportedForm Form) Guarded(string name, Func<(string?, ExportedForm)> write)
    {
        progress?.Report(new MessageProgress("export", $"student in {name}, checked on the test split"));
        try
        {
            (string? path, ExportedForm form) = write();
            if (form.Failure is { } failure)
                progress?.Report(new MessageProgress("export", $"{name}: {ConsoleTable.Failed(failure)}"));
            return (path, form);
        }
        catch (InputException e)
        {
            progress?.Report(new MessageProgress("export", $"no {name}: {e.Message}"));
            return (null, new ExportedForm(name, null) { Failure = e.Message });
        }
    }
}
