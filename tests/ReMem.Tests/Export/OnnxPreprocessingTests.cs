using Microsoft.ML.OnnxRuntime;
using ReMem.Data.Pixels;
using ReMem.Data.Views;
using ReMem.Export;
using ReMem.Export.Onnx;
using ReMem.Models;
using ReMem.Runtime;
using static TorchSharp.torch;
using DenseTensor = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<byte>;

namespace ReMem.Tests.Export;

public class OnnxPreprocessingTests
{
    /// <summary>Images that are shrunk, enlarged and kept, and margins that are odd and even.</summary>
    [Theory]
    [InlineData(32, 0.9, "bicubic", 48, 61)]
    [InlineData(32, 0.9, "bicubic", 100, 35)]
    [InlineData(32, 0.875, "bicubic", 20, 17)]
    [InlineData(32, 0.875, "bilinear", 57, 90)]
    [InlineData(32, 0.875, "bilinear", 9, 14)]
    [InlineData(32, 1, "bicubic", 32, 32)]
    [InlineData(224, 0.875, "bicubic", 333, 500)]
    [InlineData(224, 0.95, "bicubic", 640, 427)]
    public void The_view_in_the_graph_is_the_one_of_evaluation(int size, double crop, string interpolation, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        ModelInfo info = ModelCatalogue.Info("resnet20") with
        {
            CropPct = crop,
            Interpolation = interpolation,
            Normalization = new([0, 0, 0], [1, 1, 1]),
        };
        using ImageModel model = ModelCatalogue.Create(info, new ModelOptions { NumClasses = 2, ImageSize = size });
        byte[] pixels = Pixels(height, width);
        float[] actual = Run(model, folder.File("view.onnx"), pixels, height, width);
        RgbImage view = ViewTransform.Apply(new RgbImage(width, height, pixels), model.EvaluationView(), new CounterRandom(0, "view"));
        int[] distances = [.. actual.Select((value, i) =>
            (int)Math.Round(Math.Abs((value * 255) - view.Pixels[(i % (size * size) * 3) + (i / (size * size))])))];

        // ONNX Runtime's weights are rounded apart from PIL's in a few places.
        Assert.InRange(distances.Max(), 0, 1);
        Assert.InRange(distances.Count(d => d > 0), 0, distances.Length / 200);
    }

    private static float[] Run(ImageModel model, string file, byte[] pixels, int height, int width)
    {
        var graph = new OnnxGraph(new Dictionary<string, Tensor>(), ScalarType.Float32);
        string output = OnnxPreprocessing.Emit(graph, model, OnnxInput.Image, "input");
        graph.Graph.Input.Add(OnnxGraph.Value("input", ScalarType.Byte, "batch", "height", "width", 3));
        graph.Graph.Output.Add(OnnxGraph.Value(output, ScalarType.Float32, "batch", 3, model.ImageSize, model.ImageSize));
        graph.Graph.Name = "view";
        var proto = new ModelProto { IrVersion = 8, Graph = graph.Graph };
        proto.OpsetImport.Add(new OperatorSetIdProto { Version = 18 });
        OnnxFile.Write(file, proto, graph.Initialisers, int.MaxValue);
        using var session = new InferenceSession(file);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("input", new DenseTensor(pixels, [1, height, width, 3]))]);
        return [.. results.Single().AsTensor<float>()];
    }

    /// <summary>Seeded noise: every pixel of the view depends on all that are near.</summary>
    private static byte[] Pixels(int height, int width)
    {
        byte[] pixels = new byte[height * width * 3];
        new Random(height).NextBytes(pixels);
        return pixels;
    }
}
