using System.Text.Json;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Tests.Data;
using ReMem.Weights;

namespace ReMem.Cli.Tests;

/// <summary>remem evaluate on data that a model was not trained on.</summary>
public class EvaluateTests
{
    private static readonly string[] Classes = ["ant", "bee", "cat", "dog"];

    /// <summary>A model folder of those classes; its weights are random.</summary>
    internal static string Model(Workspace work)
    {
        Libtorch.Load();
        using ImageModel model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = Classes.Length, ImageSize = 24 });
        ModelFolder.Save(work.At("model"), model, Classes);
        return work.At("model");
    }

    [Fact]
    public void New_data_is_scored_whole_whatever_its_layout()
    {
        using var work = new Workspace();
        string model = Model(work);
        CaseFiles.Unpack("evaluate", work.Path, "");
        foreach ((string name, int count) in new[] { ("flat", 24), ("testonly", 24), ("two", 24) })
        {
            CliResult whole = Cli.Run("evaluate", work.At(name), "--model-dir", model, "--json");
            Assert.True(whole.ExitCode == 0, whole.Error);
            Assert.Equal(count, JsonDocument.Parse(whole.Out).RootElement.GetProperty("count").GetInt32());
        }

        CliResult some = Cli.Run("evaluate", work.At("sub"), "--model-dir", model);
        Assert.True(some.ExitCode == 0, some.Error);
        Assert.Contains("over 2 of 4 classes", some.Out, StringComparison.Ordinal);
        Assert.Contains("no images of 2 of the model's 4 classes, which balanced accuracy leaves out: ", some.Out,
            StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", some.Out, StringComparison.Ordinal);

        Directory.Move(work.At("flat", "cat"), work.At("flat", "kitten"));
        Cli.Run("evaluate", work.At("flat"), "--model-dir", model).IsBadInput("The model does not know the class 'kitten' of the data set");
        File.WriteAllText(work.At("testonly", "test", "ant", "000.jpg"), "no image");
        Cli.Run("evaluate", work.At("testonly"), "--model-dir", model).IsBadInput("000.jpg");
        CliResult skipped = Cli.Run("evaluate", work.At("testonly"), "--model-dir", model, "--on-bad-image", "skip", "--json");
        Assert.Equal(23, JsonDocument.Parse(skipped.Out).RootElement.GetProperty("count").GetInt32());
    }

    [Fact]
    public void A_page_shows_the_answers_of_a_folder_and_of_its_onnx_file_alike()
    {
        using var work = new Workspace();
        string model = Model(work);
        CaseFiles.Unpack("evaluate", work.Path, "");
        CliResult export = Cli.Run("export", "--model-dir", model, "--out", work.At("m.onnx"));
        Assert.True(export.ExitCode == 0, export.Error);
        string Top1(string of, params string[] more)
        {
            CliResult run = Cli.Run(["evaluate", work.At("flat"), "--model-dir", of, "--json", .. more]);
            Assert.True(run.ExitCode == 0, run.Error);
            return JsonDocument.Parse(run.Out).RootElement.GetProperty("top1").GetRawText();
        }

        string folder = Top1(model, "--html", work.At("folder.html"));
        Assert.Equal(folder, Top1(work.At("m.onnx"), "--html", work.At("file.html")));
        foreach (string name in new[] { "folder.html", "file.html" })
        {
            string page = File.ReadAllText(work.At(name));
            Assert.Contains("Confusion matrix", page, StringComparison.Ordinal);
            Assert.Contains("The worst mistakes", page, StringComparison.Ordinal);
            Assert.Contains("img-src data:", page, StringComparison.Ordinal);
            Assert.Contains("data:image/jpeg;base64,", page, StringComparison.Ordinal);
        }

        File.WriteAllText(work.At("bad.onnx"), "no graph");
        Cli.Run("evaluate", work.At("flat"), "--model-dir", work.At("bad.onnx")).IsBadInput("ONNX Runtime cannot load the file");
        Cli.Run("evaluate", work.At("flat"), "--model-dir", work.At("none.onnx")).IsBadInput("none.onnx");
    }
}
