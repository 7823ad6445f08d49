using ReMem.Data;
using ReMem.Evaluation;
using ReMem.Export;
using ReMem.Models;
using ReMem.Tests.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Export;

[Collection(TorchGenerator.Name)]
public sealed class OnnxModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageModel _model;

    public OnnxModelTests()
    {
        manual_seed(2);
        _model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 3, ImageSize = 32 });
        _model.eval();
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(nameof(OnnxInput.Normalized), false, 1e-4)]
    [InlineData(nameof(OnnxInput.Pixels), true, 1e-4)]
    [InlineData(nameof(OnnxInput.Image), true, 5e-2)]
    public void A_file_of_each_form_answers_as_its_model(string form, bool softmax, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Export(new OnnxExportOptions { Input = Enum.Parse<OnnxInput>(form), Softmax = softmax, Labels = ["a", "b", "c"] });
        using OnnxModel file = OnnxModel.Open(path);
        Assert.Equal(["a", "b", "c"], file.Labels);
        Assert.Equal(_model.EvaluationView(), file.View);
        var loader = new BatchLoader(MemorySource.Of(7), file.View, new LoaderOptions { BatchSize = 3 });
        using ModelOutputs expected = Evaluator.Run(_model, loader), actual = file.Run(loader, CancellationToken.None);
        Assert.True(allclose(expected.Logits.softmax(1), actual.Logits.softmax(1), 0, tolerance));
        Assert.Equal(expected.Labels.data<long>().ToArray(), actual.Labels.data<long>().ToArray());
    }

    [Fact]
    public void What_is_no_file_of_ours_is_refused_with_a_reason()
    {
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => OnnxModel.Open(_folder.File("x.onnx"))).Message,
            StringComparison.OrdinalIgnoreCase);
        string broken = _folder.Add("b.onnx", [1, 2, 3]);
        Assert.StartsWith("ONNX Runtime cannot load the file", Assert.Throws<InputException>(() => OnnxModel.Open(broken)).Message,
            StringComparison.Ordinal);
        string unlabelled = Export(new OnnxExportOptions());
        Assert.Equal("The ONNX file's metadata has no readable 'labels'.",
            Assert.Throws<InputException>(() => OnnxModel.Open(unlabelled)).Message);
        Assert.True(OnnxModel.IsFile("a/B.ONNX"));
        Assert.False(OnnxModel.IsFile("model"));
    }

    private string Export(OnnxExportOptions options)
    {
        string path = _folder.File("m.onnx");
        OnnxExporter.Export(_model, path, options);
        return path;
    }
}
