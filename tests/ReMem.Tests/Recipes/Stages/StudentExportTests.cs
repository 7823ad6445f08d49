using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Data;
using ReMem.Export;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Recipes.Run;
using ReMem.Recipes.Stages;
using ReMem.Recipes.Sweep;
using ReMem.Reports;
using ReMem.Runtime;
using ReMem.Tests.Data;
using ReMem.Tests.Training;
using ReMem.Weights;

namespace ReMem.Tests.Recipes.Stages;

/// <summary>The check that a run and a sweep end with, and what they leave where it fails.</summary>
[Collection(TorchGenerator.Name)]
public sealed class StudentExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StudentExportTests()
    {
        foreach ((string split, int count) in new[] { ("train", 16), ("val", 4), ("test", 70) })
        {
            foreach (string name in new[] { "a", "b" })
            {
                for (int i = 0; i < count; i++)
                    _folder.Add($"photos/{split}/{name}/{i}.png", TestImages.Noise(36, 36, split + name, i));
            }
        }
    }

    private Recipe Recipe => RecipeReader.Parse("name: tiny", "r.yaml",
    [
        $"data.source={_folder.File("photos")}", "data.image_size=32", "data.crop_pct=1", "threads=1", "methods=[none]",
        "student={model: resnet20, training: {epochs: 1, batch_size: 16}}",
    ]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_reports_the_files_own_scores_on_the_whole_test_split()
    {
        ComparisonReport report = Run(null);
        Assert.Equal(("student/model.onnx", null, 140), (report.Onnx!.Path, report.Onnx.Failure, report.Onnx.Images));
        Assert.Equal(140, report.Onnx.FileScores!.Images);
        Assert.Equal(FileTop1(), report.Onnx.FileScores.Top1, 9);
        Assert.Equal(report.Rows[0].Seeds[0].StudentTop1, report.Onnx.FileScores.Top1);
        Assert.Equal(report.Onnx.ModelScores!.Top1, report.Onnx.FileScores.Top1);
        Assert.InRange(report.Onnx.RelativeDifference!.Value, 0, report.Onnx.Tolerance!.Value);
        ComparisonReport read = ReportWriter.Read(_folder.File("run"));
        Assert.Equal(report.Onnx with { Latency = [], Forms = [] }, read.Onnx! with { Latency = [], Forms = [] });
        Assert.Empty(read.Onnx.Forms);
        Assert.Equal(report.Onnx.Latency, read.Onnx.Latency);
        Assert.All(report.Onnx.Latency, row => Assert.True(row.P50 > 0 && row.Batch == 1));
        Assert.Equal(140, report.Answers!.Images);
        Assert.Equal(report.Onnx.FileScores.Top1, report.Answers.Cells.Where(c => c.Label == c.Answer).Sum(c => c.Count) / 140.0, 9);
        Assert.Equal(report.Answers.Cells, read.Answers!.Cells);
        Assert.Contains("test, ONNX file", File.ReadAllText(_folder.File("run/report.html")), StringComparison.Ordinal);
        Assert.Contains("- test, ONNX file: top-1 ", ConsoleTable.Render(report), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_model_fails_the_run_and_the_run_that_goes_on_checks_again()
    {
        Run(null);
        Assert.True(File.Exists(Onnx("model")));
        string other = _folder.File("other.onnx");
        using (ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 2, ImageSize = 32 }))
            OnnxExporter.Export(model, other);

        // Nothing is trained again, but the file of the earlier run is not left as this one's.
        ComparisonReport report = Run(file => File.Copy(other, file, overwrite: true));
        Assert.Equal("student/model.failed-check.onnx", report.Onnx!.Path);
        Assert.Contains("differs from the model", report.Onnx.Failure, StringComparison.Ordinal);
        Assert.False(File.Exists(Onnx("model")));
        Assert.Equal(File.ReadAllBytes(other), File.ReadAllBytes(Onnx("model.failed-check")));
        string page = File.ReadAllText(_folder.File("run/report.html"));
        Assert.Contains("<p class=\"headline failed\">FAILED CHECK, do not deploy: The ONNX file differs", page, StringComparison.Ordinal);
        Assert.Contains(".failed { color: var(--down)", page, StringComparison.Ordinal);
        Assert.Contains("\nFAILED CHECK, do not deploy: The ONNX file differs", ConsoleTable.Render(report), StringComparison.Ordinal);
        Assert.Contains("FAILED CHECK", File.ReadAllText(_folder.File("run/log.txt")), StringComparison.Ordinal);
        Assert.Equal(report.Onnx.Failure, ReportWriter.Read(_folder.File("run")).Onnx!.Failure);

        report = Run(null);
        Assert.Equal(("student/model.onnx", null), (report.Onnx!.Path, report.Onnx.Failure));
        Assert.True(File.Exists(Onnx("model")));
        Assert.False(File.Exists(Onnx("model.failed-check")));
        Assert.DoesNotContain("FAILED CHECK", File.ReadAllText(_folder.File("run/report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_student_in_int8_and_float16_is_scored_and_timed_with_the_float32_file()
    {
        ComparisonReport report = new ComparisonPipeline(Recipe with { Int8 = true }, null).Run(_folder.File("run"), "remem run");
        IReadOnlyList<ExportedForm> forms = ReportWriter.Read(_folder.File("run")).Onnx!.Forms;
        Assert.Equal(["float32", "float16", "int8"], forms.Select(f => f.Name));
        Assert.All(forms, form =>
        {
            Assert.Equal(new FileInfo(_folder.File($"run/{form.Path}")).Length, form.Bytes);
            Assert.InRange(form.Agreement!.Value, 0.5, 1);
            Assert.Equal(report.Onnx!.Latency.Select(row => row.Threads), form.Latency.Select(row => row.Threads));
            Assert.Null(form.Failure);
        });
        Assert.Equal(("student/model.onnx", report.Onnx!.FileScores!.Top1), (forms[0].Path, forms[0].Top1!.Value));
        Assert.Equal(report.Onnx.Latency, forms[0].Latency);
        Assert.True(forms[1].Bytes < 0.6 * forms[0].Bytes && forms[2].Bytes < 0.4 * forms[0].Bytes, $"{forms[1]} {forms[2]}");
        string page = File.ReadAllText(_folder.File("run/report.html"));
        Assert.Contains("student/model-int8.onnx</td>", page, StringComparison.Ordinal);
        Assert.Contains("- int8: ", ConsoleTable.Render(report), StringComparison.Ordinal);
    }

    [Fact]
    public void A_form_that_fails_its_check_or_cannot_be_made_leaves_the_float32_file_as_it_is()
    {
        var failed = new ExportedForm("int8", "student/model-int8.failed-check.onnx") { Failure = "It loses 9 points." };
        Assert.Equal("int8: FAILED CHECK, do not deploy: It loses 9 points.", ConsoleTable.Line(failed));

        var told = new List<string>();
        new ComparisonPipeline(Recipe with { Int8 = true }, null).Run(_folder.File("run"), "remem run");

        // A folder stands where a file should be.
        File.Delete(Onnx("model-int8"));
        Directory.CreateDirectory(Onnx("model-int8"));
        ComparisonReport report =
            new ComparisonPipeline(Recipe with { Int8 = true }, new TinyTraining.Watcher(Tell)).Run(_folder.File("run"), "remem run");
        Assert.Null(report.Onnx!.Failure);
        Assert.Null(report.Onnx.Forms[1].Failure);
        Assert.Contains("model-int8.onnx", report.Onnx.Forms[2].Failure, StringComparison.Ordinal);
        Assert.Empty(report.Onnx.Forms[2].Latency);
        Assert.Contains(told, line => line.StartsWith("no int8: ", StringComparison.Ordinal));

        void Tell(ProgressReport step) => told.Add(step.Message ?? string.Empty);
    }

    [Fact]
    public void A_sweep_exports_its_best_student_with_the_same_check()
    {
        SweepAxis[] axes = [SweepAxis.Parse("student.training.lr=0.01,0.1")];
        SweepPlan plan = SweepPlan.Create(point => RecipeReader.Parse(RecipeReader.Write(Recipe), "r.yaml", point), axes, null);
        ComparisonReport Sweep(Action<string>? exported) =>
            new SweepPipeline(plan, null) { Exported = exported }.Run(_folder.File("sweep"), "remem sweep");
        ComparisonReport report = Sweep(null);
        Assert.Equal(("student/model.onnx", null, 140), (report.Onnx!.Path, report.Onnx.Failure, report.Onnx.FileScores!.Images));
        TeacherRow best = report.Rows.MaxBy(row => row.Seeds[0].StudentValidationTop1)!;
        Assert.Equal(best.Seeds[0].StudentTop1, report.Onnx.FileScores.Top1);
        Assert.True(File.Exists(_folder.File("sweep/student/model.onnx")));

        report = Sweep(file => File.WriteAllText(file, "broken"));
        Assert.Contains("ONNX Runtime cannot run", report.Onnx!.Failure, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("sweep/student/model.onnx")));
        Assert.True(File.Exists(_folder.File("sweep/student/model.failed-check.onnx")));
        Assert.Null(Sweep(null).Onnx!.Failure);
    }

    private string Onnx(string name) => _folder.File($"run/student/{name}.onnx");

    private ComparisonReport Run(Action<string>? exported) =>
        new ComparisonPipeline(Recipe, null) { Exported = exported }.Run(_folder.File("run"), "remem run");

    /// <summary>By a session of the test's own, one image after the other.</summary>
    private double FileTop1()
    {
        using ImageModel model = ModelFolder.Load(_folder.File("run/student")).Model;
        using var session = new InferenceSession(Onnx("model"));
        int right = 0, count = 0;
        foreach (Batch batch in PreparedData.Open(Recipe).Evaluation(PreparedData.Open(Recipe).Dataset.Test, model).Epoch(0))
        {
            using (batch)
            {
                using TorchSharp.torch.Tensor images = model.Info.Normalization.Apply(batch.Images);
                float[] pixels = images.data<float>().ToArray();
                long[] labels = batch.Labels.data<long>().ToArray();
                for (int i = 0; i < labels.Length; i++)
                {
                    int length = pixels.Length / labels.Length;
                    var one = new DenseTensor<float>(pixels.AsMemory(i * length, length), [1, 3, 32, 32]);
                    using var results = session.Run([NamedOnnxValue.CreateFromTensor("input", one)]);
                    float[] logits = [.. results.Single().AsTensor<float>()];
                    right += Array.IndexOf(logits, logits.Max()) == labels[i] ? 1 : 0;
                    count++;
                }
            }
        }

        Assert.Equal(140, count);
        return (double)right / count;
    }
}
