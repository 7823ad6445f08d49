using ReMem.Evaluation;
using ReMem.Export;
using ReMem.Models;
using ReMem.Tests.Data;

namespace ReMem.Tests.Inference;

/// <summary>A small untrained student, its ONNX files, and some photos, for tests of what runs it.</summary>
public sealed class ExportedStudent : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ExportedStudent()
    {
        TorchSharp.torch.manual_seed(7);
        Model = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = Labels.Count, ImageSize = 32 });
        Model.eval();
        for (int i = 0; i < 6; i++)
            _folder.Add($"photo{i}.png", TestImages.Noise(40 + (7 * i), 61 - (3 * i), "photo", i));
        File = Export(new OnnxExportOptions { Labels = Labels });
    }

    public static IReadOnlyList<string> Labels { get; } = ["ant", "bee", "cat", "dog", "elk"];

    public ImageModel Model { get; }

    public string File { get; }

    public IReadOnlyList<string> Photos => [.. Enumerable.Range(0, 6).Select(i => _folder.File($"photo{i}.png"))];

    public string At(string name) => _folder.File(name);

    internal string Export(OnnxExportOptions options)
    {
        string path = _folder.File($"{options.Input}-{options.Softmax}-{options.Features}-{options.Labels is null}.onnx");
        OnnxExporter.Export(Model, path, options);
        return path;
    }

    internal Prediction Predict(string photo) => new Predictor(Model, Labels).Predict(photo, Labels.Count);

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }
}
