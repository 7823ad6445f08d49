using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Data;
using ReMem.Data.Pixels;
using ReMem.Data.Views;
using ReMem.Export;
using ReMem.Export.Int8;
using ReMem.Models;
using ReMem.Tests.Data;
using ReMem.Tests.Training;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ReMem.Tests.Export.Int8;

[Collection(TorchGenerator.Name)]
public sealed class Int8ExporterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("resnet20", OnnxInput.Normalized, false)]
    [InlineData("mobilenetv3_small_100", OnnxInput.Pixels, true)]
    [InlineData("efficientnet_b0", OnnxInput.Normalized, false)]
    [InlineData("mobilenetv4_conv_small", OnnxInput.Image, false)]
    [InlineData("convnext_atto", OnnxInput.Normalized, false)]
    [InlineData("vit_pico_patch4_32", OnnxInput.Normalized, true)]
    public void The_file_runs_and_says_how_it_was_made(string name, OnnxInput input, bool softmax)
    {
        using ImageModel model = TinyTraining.Model(name);
        var export = new OnnxExportOptions { Input = input, Softmax = softmax, Labels = ["a", "b", "c"] };
        Int8Result result = Exporter(model, new Int8Options { Images = 24, MaxLoss = 100, Keep = Int8Options.None }).Write(File, export,
            Loader(48), Loader(24));
        Assert.Equal(File, result.Path);
        Assert.Equal(24, result.Check.Images);
        Assert.Empty(result.Kept);
        Assert.Equal(result.Bytes, new FileInfo(File).Length);
        Assert.True(result is { Milliseconds: > 0, FloatMilliseconds: > 0 });
        using var session = new InferenceSession(File);
        Assert.Equal("[\"a\",\"b\",\"c\"]", session.ModelMetadata.CustomMetadataMap["labels"]);
        JsonElement said = JsonDocument.Parse(session.ModelMetadata.CustomMetadataMap["quantization"]).RootElement;
        Assert.Equal(24, said.GetProperty("calibration_images").GetInt32());
        NamedOnnxValue images = input == OnnxInput.Normalized
            ? NamedOnnxValue.CreateFromTensor("input", TestGraphs.Noise(1, -1, 1, 2, 3, 32, 32))
            : NamedOnnxValue.CreateFromTensor("input", new DenseTensor<byte>([2, 32, 32, 3]));
        using var answers = session.Run([images]);
        float[] numbers = answers.Single().AsEnumerable<float>().ToArray();
        Assert.Equal(6, numbers.Length);
        Assert.All(numbers, n => Assert.True(float.IsFinite(n)));
        if (softmax)
            Assert.Equal(1, numbers.Take(3).Sum(), 1e-3f);
    }

    /// <summary>A model that knows its classes keeps them.</summary>
    [Fact]
    public void A_trained_student_keeps_its_answers()
    {
        using ImageModel model = TinyTraining.Model(TinyTraining.Convolutional);
        new ReMem.Training.Trainer(TinyTraining.Options with { Epochs = 8 }).Run(TinyTraining.Job(model));
        Int8Result result = Exporter(model, new Int8Options { Images = 24 }).Write(File, new OnnxExportOptions(), Loader(48), Loader(24));
        Assert.True(result.Check.FloatTop1 > 0.9, $"{result.Check}");
        Assert.Equal(result.Check.FloatTop1, result.Check.Top1);
        Assert.True(result.Check.Agreement > 0.95);
        Assert.True(result.Bytes < 0.5 * result.FloatBytes);
    }

    /// <summary>The scores are those of the file as it lies on disk.</summary>
    [Fact]
    public void A_file_that_loses_too_much_is_kept_under_a_name_that_says_so()
    {
        using ImageModel model = TinyTraining.Model(TinyTraining.Convolutional);
        new ReMem.Training.Trainer(TinyTraining.Options with { Epochs = 8 }).Run(TinyTraining.Job(model));
        Int8Exporter exporter = Exporter(model, new Int8Options { Images = 8, Keep = Int8Options.None });
        exporter.Written = file =>
        {
            FloatGraph graph = FloatGraph.Read(System.IO.File.ReadAllBytes(file), file, isQuantized: true);
            graph.Model.Graph.Initializer.Single(t => t.Name == "fc.weight_quantized").RawData =
                Google.Protobuf.ByteString.CopyFrom(new byte[64 * 3]);
            System.IO.File.WriteAllBytes(file, graph.ToBytes());
        };
        Int8Result result = exporter.Write(File, new OnnxExportOptions(), Loader(48), Loader(24));
        Assert.True(result.Check.Loss > 50, $"{result.Check}");
        Assert.Contains("2 points may be lost", result.Check.Failure, StringComparison.Ordinal);
        Assert.Equal(CheckedExport.FailedPath(File), result.Path);
        Assert.False(System.IO.File.Exists(File));
        Assert.True(System.IO.File.Exists(result.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public void Images_of_one_colour_and_dead_channels_can_be_calibrated_on(byte value)
    {
        using ImageModel model = TinyTraining.Model(TinyTraining.Convolutional);
        using (no_grad())
        {
            Dictionary<string, Tensor> state = model.state_dict();
            foreach (string name in new[] { "layer1.0.bn1.weight", "layer1.0.bn1.bias", "layer2.0.conv1.weight" })
                state[name][0].zero_();
        }

        var loader = new BatchLoader(Single(value), ViewOptions.ForEvaluation(32, 1, Interpolation.Bilinear),
            new LoaderOptions { BatchSize = 8 });
        Int8Result result = Exporter(model, new Int8Options { Images = 3, MaxLoss = 100 }).Write(File, new OnnxExportOptions(), loader,
            loader);
        Assert.Equal(8, result.Check.Images);
        Assert.True(double.IsFinite(result.Check.Agreement));
    }

    [Fact]
    public void What_cannot_be_is_one_sentence()
    {
        using ImageModel model = TinyTraining.Model(TinyTraining.Convolutional);
        var none = new BatchLoader(TinyTraining.Source(0), ViewOptions.ForEvaluation(32, 1, Interpolation.Bilinear),
            new LoaderOptions { BatchSize = 8 });
        string Refused(Int8Options options, OnnxExportOptions export, BatchLoader images, BatchLoader held) =>
            Assert.Throws<InputException>(() => Exporter(model, options).Write(File, export, images, held)).Message;
        Assert.Contains("no image to calibrate", Refused(new Int8Options(), new OnnxExportOptions(), none, Loader(8)),
            StringComparison.Ordinal);
        Assert.Contains("no image to score", Refused(new Int8Options { Images = 4 }, new OnnxExportOptions(), Loader(8), none),
            StringComparison.Ordinal);
        Assert.Contains("float16 or int8", Refused(new Int8Options(), new OnnxExportOptions { Half = true }, Loader(8), Loader(8)),
            StringComparison.Ordinal);
        Assert.Contains("layer1.0.conv1",
            Refused(new Int8Options { Keep = "layer1.0.conv" }, new OnnxExportOptions(), Loader(8), Loader(8)), StringComparison.Ordinal);
        Assert.Contains("Images", Refused(new Int8Options { Images = 0 }, new OnnxExportOptions(), Loader(8), Loader(8)),
            StringComparison.OrdinalIgnoreCase);
        Assert.False(System.IO.File.Exists(File));
    }

    [Theory]
    [InlineData(new[] { 1f, 2 }, new[] { 1f, 2 }, 0)]
    [InlineData(new[] { 1f, 2 }, new[] { 6f, 7 }, 0)]
    // softmax (0, ln 3) = (1/4, 3/4) against (1/2, 1/2): ln 2 + 3/4 ln 3 - ln 4 + ... = 0.130812.
    [InlineData(new[] { 0f, 1.0986123f }, new[] { 0f, 0f }, 0.130812)]
    public void The_divergence_is_that_of_the_shares(float[] expected, float[] actual, double nats) =>
        Assert.Equal(nats, Int8Exporter.Divergence([expected], [actual], areProbabilities: false), 5);

    private static Int8Exporter Exporter(ImageModel model, Int8Options options) =>
        new(model, options, null, TestContext.Current.CancellationToken);

    private static BatchLoader Loader(int count) =>
        new(TinyTraining.Labelled([.. Enumerable.Range(0, count).Select(i => i % 3)]),
            ViewOptions.ForEvaluation(32, 1, Interpolation.Bilinear), new LoaderOptions { BatchSize = 8 });

    private static MemorySource Single(byte value)
    {
        byte[] image = TestImages.Png(32, 32, 8, 2, [.. Enumerable.Repeat(value, 32 * 32 * 3)]);
        return new MemorySource([.. Enumerable.Repeat(image, 8)]);
    }
}
