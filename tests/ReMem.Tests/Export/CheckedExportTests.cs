using Microsoft.ML.OnnxRuntime;
using ReMem.Data;
using ReMem.Export;
using ReMem.Models;
using ReMem.Tests.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Export;

[Collection(TorchGenerator.Name)]
public sealed class CheckedExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageModel _model = TinyTraining.Model(TinyTraining.Convolutional);
    private readonly ImageModel _other = TinyTraining.Model(TinyTraining.Convolutional, seed: 6);

    private string File => _folder.File("model.onnx");

    private string Failed => _folder.File("model.failed-check.onnx");

    public void Dispose()
    {
        _model.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_file_that_agrees_has_the_name_that_was_asked_for()
    {
        (string path, OnnxCheck check) = CheckedExport.Write(_model, File);
        Assert.Equal((File, true, null), (path, check.Agrees, check.Failure));
        Assert.Equal(["model.onnx"], Entries());
        Assert.Equal(Failed, CheckedExport.FailedPath(File));
        Assert.Equal("a.failed-check.onnx", CheckedExport.FailedPath("a.onnx"));
    }

    [Fact]
    public void Weights_outside_go_with_the_file_that_they_belonged_to_and_foreign_ones_stay()
    {
        CheckedExport.Write(_model, File, new OnnxExportOptions { MaxFileBytes = 0 });
        Assert.Equal(["model.onnx", "model.onnx.data"], Entries());
        CheckedExport.Write(_model, File);
        Assert.Equal(["model.onnx"], Entries());
        System.IO.File.WriteAllText($"{File}.data", "somebody's own");
        CheckedExport.Write(_model, File);
        Assert.Equal(["model.onnx", "model.onnx.data"], Entries());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_stays_and_its_target_is_written(bool dangling)
    {
        Assert.SkipUnless(!OperatingSystem.IsWindows(), "links need rights on Windows");
        Directory.CreateDirectory(_folder.File("there"));
        string target = _folder.File(Path.Combine("there", "target.onnx"));
        if (!dangling)
            System.IO.File.WriteAllText(target, "old");
        System.IO.File.CreateSymbolicLink(File, target);
        Assert.Equal(File, CheckedExport.Write(_model, File).Path);
        Assert.Equal(target, new FileInfo(File).LinkTarget);
        Assert.Equal(["model.onnx", "there"], Entries());
        Assert.True(OnnxVerifier.VerifyOnNoise(_model, target, new OnnxExportOptions()).Agrees);

        // Where the check fails, the link stays as well, and the failed file lies next to its target.
        using var guard = no_grad();
        (string path, _) = Broken(_ => _model.state_dict()["fc.weight"].add_(0.5));
        Assert.Equal(_folder.File(Path.Combine("there", "target.failed-check.onnx")), path);
        Assert.True(System.IO.File.Exists(path));
        Assert.False(System.IO.File.Exists(target));
        Assert.Equal(target, new FileInfo(File).LinkTarget);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".data")]
    public void What_is_no_file_is_refused_and_stays(string ending)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes of Unix");
        using (System.Diagnostics.Process process = System.Diagnostics.Process.Start("mkfifo", File + ending))
            process.WaitForExit();
        Assert.Contains("it is a pipe, not a file", Assert.Throws<InputException>(() => CheckedExport.Write(_model, File)).Message,
            StringComparison.Ordinal);
        Assert.Equal("a pipe", ReMem.Runtime.FileKind.Other(File + ending));
        Assert.Equal([$"model.onnx{ending}"], Entries());
    }

    [Theory]
    [InlineData("model.onnx.data")]
    [InlineData("model.failed-check.onnx")]
    public void A_link_of_a_name_next_to_the_file_is_refused_and_stays(string name)
    {
        Assert.SkipUnless(!OperatingSystem.IsWindows(), "links need rights on Windows");
        System.IO.File.CreateSymbolicLink(_folder.File(name), _folder.File("elsewhere"));
        Assert.Contains("it is a link, not a file", Assert.Throws<InputException>(() => CheckedExport.Write(_model, File)).Message,
            StringComparison.Ordinal);
        Assert.Equal([name], Entries());
    }

    /// <summary>As on a processor whose kernels are wrong: what the model answers is not what its weights say.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_model_that_answers_otherwise_than_its_file_leaves_no_good_name(bool earlier)
    {
        if (earlier)
            CheckedExport.Write(_model, File);
        using var guard = no_grad();
        (string path, OnnxCheck check) = Broken(_ => _model.state_dict()["fc.weight"].add_(0.5));
        Assert.Equal(Failed, path);
        Assert.False(check.Agrees);
        Assert.Matches("^The ONNX file differs from the model by .* of the largest output; 1e-4 is allowed .top-1 agreement",
            check.Failure);
        Assert.Equal(["model.failed-check.onnx"], Entries());
        using (new InferenceSession(Failed))
        {
            // It can be looked into.
        }

        // The next good one takes it away.
        Assert.Equal(File, CheckedExport.Write(_model, File).Path);
        Assert.Equal(["model.onnx"], Entries());
    }

    [Fact]
    public void A_file_of_another_model_and_one_that_is_none_fail()
    {
        OnnxExporter.Export(_other, _folder.File("other.onnx"));
        CheckedFile swapped = Broken(file => System.IO.File.Copy(_folder.File("other.onnx"), file, overwrite: true));
        Assert.Contains("differs from the model", swapped.Check.Failure, StringComparison.Ordinal);
        CheckedFile garbage = Broken(file => System.IO.File.WriteAllText(file, "no model"));
        Assert.Contains("ONNX Runtime cannot run the exported file", garbage.Check.Failure, StringComparison.Ordinal);
        using (ImageModel seven = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 7, ImageSize = 32 }))
            OnnxExporter.Export(seven, _folder.File("other.onnx"));
        swapped = Broken(file => System.IO.File.Copy(_folder.File("other.onnx"), file, overwrite: true));
        Assert.Equal("The ONNX file's output is [8, 7], the model's [8, 3].", swapped.Check.Failure);
        using (ImageModel large = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 3, ImageSize = 40 }))
            OnnxExporter.Export(large, _folder.File("other.onnx"));
        swapped = Broken(file => System.IO.File.Copy(_folder.File("other.onnx"), file, overwrite: true));
        Assert.Contains("ONNX Runtime cannot run the exported file", swapped.Check.Failure, StringComparison.Ordinal);
        garbage = Broken(file => System.IO.File.WriteAllText(file, "no model"));
        Assert.Equal("no model", System.IO.File.ReadAllText(Failed));
        Assert.Equal(["model.failed-check.onnx", "other.onnx"], Entries());
    }

    /// <summary>A file names that of its weights.</summary>
    [Fact]
    public void Weights_of_their_own_go_with_the_file_under_either_name()
    {
        var options = new OnnxExportOptions { MaxFileBytes = 0 };
        CheckedExport.Write(_model, File, options);
        Assert.Equal(["model.onnx", "model.onnx.data"], Entries());
        using (var session = new InferenceSession(File))
            Assert.Single(session.OutputNames);
        using var guard = no_grad();
        CheckedExport.Write(_model, File, options, null, _ => _model.state_dict()["fc.weight"].add_(0.5));
        Assert.Equal(["model.failed-check.onnx", "model.failed-check.onnx.data"], Entries());
        using (var session = new InferenceSession(Failed))
            Assert.Single(session.OutputNames);
        CheckedExport.Write(_model, File);
        Assert.Equal(["model.onnx"], Entries());
    }

    [Fact]
    public void Errors_name_the_file_that_was_asked_for()
    {
        Directory.CreateDirectory(File);
        string message = Assert.Throws<InputException>(() => CheckedExport.Write(_model, File)).Message;
        Assert.Contains($"Cannot write '{File}': a folder of that name exists", message, StringComparison.Ordinal);
        string half = _folder.File("half.onnx");
        using (no_grad())
            _model.state_dict()["fc.weight"].fill_(1e6);
        var options = new OnnxExportOptions { Half = true };
        InputException error = Assert.Throws<InputException>(() => CheckedExport.Write(_model, half, options));
        Assert.Equal(half, error.Where);
        Assert.Equal(["model.onnx"], Entries());
    }

    [Fact]
    public void On_a_split_the_file_itself_is_scored()
    {
        string[] classes = ["a", "b", "c"];
        OnnxExporter.Export(_model, File);
        var loader = new BatchLoader(TinyTraining.Source(11), _model.EvaluationView(), new LoaderOptions { BatchSize = 4 });
        OnnxCheck check = OnnxVerifier.VerifyOnSplit(_model, File, loader, classes);
        Assert.Equal((11, 11, 11), (check.Images, check.File!.Count, check.Model!.Count));
        Assert.True(check.Agrees, check.Failure);
        Assert.Equal(check.Model.Top1, check.File.Top1);
        Assert.Equal(check.Model.NegativeLogLikelihood, check.File.NegativeLogLikelihood, 3);

        // Another model's file: the scores are that model's.
        OnnxExporter.Export(_other, File);
        OnnxCheck other = OnnxVerifier.VerifyOnSplit(_model, File, loader, classes);
        OnnxCheck own = OnnxVerifier.VerifyOnSplit(_other, File, loader, classes);
        Assert.False(other.Agrees);
        Assert.Equal(own.Model!.NegativeLogLikelihood, other.File!.NegativeLogLikelihood, 3);
        Assert.Equal(check.Model.NegativeLogLikelihood, other.Model!.NegativeLogLikelihood, 3);
    }

    /// <summary>What was measured when the student was trained, say with other kernels, has to be what the file reaches.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(-0.05, false)]
    [InlineData(0.3, false)]
    public void A_score_that_was_measured_before_has_to_be_the_files(double off, bool agrees)
    {
        OnnxExporter.Export(_model, File);
        var loader = new BatchLoader(TinyTraining.Source(40), _model.EvaluationView(), new LoaderOptions { BatchSize = 16 });
        double top1 = OnnxVerifier.VerifyOnSplit(_model, File, loader, ["a", "b", "c"]).File!.Top1;
        OnnxCheck check = OnnxVerifier.VerifyOnSplit(_model, File, loader, ["a", "b", "c"], top1 + off);
        Assert.Equal(agrees, check.Agrees);
        Assert.True(agrees || check.Failure!.Contains("on the same 40 images", StringComparison.Ordinal), check.Failure);
    }

    [Fact]
    public void Near_ties_may_differ_and_outputs_that_are_no_numbers_never_agree()
    {
        OnnxCheck check = new(1e-6, 1e-6, 1e-4, 1, 100) { ReportedTop1 = 0.5, NearTies = 0.02, File = Scores(0.515) };
        Assert.True(check.Agrees);
        Assert.False((check with { File = Scores(0.53) }).Agrees);
        Assert.False((check with { RelativeDifference = double.NaN }).Agrees);
        Assert.Contains("numbers that are not finite", (check with { RelativeDifference = double.NaN }).Failure, StringComparison.Ordinal);

        static ReMem.Evaluation.ClassificationMetrics Scores(double top1) => new(100, top1, 1, top1, 0, 1, []);
    }

    private CheckedFile Broken(Action<string> exported) => CheckedExport.Write(_model, File, new OnnxExportOptions(), null, exported);

    private string[] Entries() =>
        [.. Directory.GetFileSystemEntries(_folder.Path).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];
}
