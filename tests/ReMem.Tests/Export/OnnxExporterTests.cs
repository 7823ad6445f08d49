using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ReMem.Export;
using ReMem.Export.Onnx;
using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Tests.Export;

public class OnnxExporterTests
{
    private static readonly OnnxExportOptions Small = new() { Half = true, Input = OnnxInput.Image, MaxFileBytes = 0 };

    /// <summary>The whole catalogue: transformers with their flags but few and narrow blocks, the others as they are.</summary>
    public static TheoryData<string> Catalogue => [.. ModelCatalogue.All.Select(m => m.Name)];

    /// <summary>In float32, and with everything that can be inside: float16, the view, weights in a file of their own.</summary>
    [Theory]
    [MemberData(nameof(Catalogue))]
    public void ONNX_Runtime_agrees_for_one_image_and_for_a_batch(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using ImageModel model = SmallOne(name);
        OnnxCheck check = Check(model, folder, new OnnxExportOptions { Features = true });
        Assert.True(check.RelativeDifference < 1e-4, $"{check}");
        Assert.Equal(1, check.Top1Agreement);
        Assert.Equal(8, check.Images);
        check = Check(model, folder, Small);
        Assert.True(check.RelativeDifference < 5e-3, $"{check}");
        Assert.True(check.RelativeDifference > 1e-6, "this is not float16");
    }

    [Theory]
    [InlineData("deit_tiny_patch16_224")]
    [InlineData("mobilenetv3_small_100")]
    [InlineData("convnext_atto")]
    public void Pixels_are_normalised_inside(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using ImageModel model = SmallOne(name);
        OnnxCheck check = Check(model, folder, new OnnxExportOptions { Input = OnnxInput.Pixels });
        Assert.True(check.RelativeDifference < 1e-4, $"{check}");
        Assert.Equal(1e-4, check.Tolerance);
        Assert.True(check.Agrees);
    }

    [Fact]
    public void What_a_file_takes_and_gives_is_declared()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("resnet20", 32);
        foreach ((OnnxInput input, int[] dimensions, Type type, string inside) in new (OnnxInput, int[], Type, string)[]
        {
            (OnnxInput.Normalized, [-1, 3, 32, 32], typeof(float), "[]"),
            (OnnxInput.Pixels, [-1, 32, 32, 3], typeof(byte), "[\"normalize\"]"),
            (OnnxInput.Image, [-1, -1, -1, 3], typeof(byte), "[\"resize\",\"center_crop\",\"normalize\"]"),
        })
        {
            string file = folder.File($"{input}.onnx");
            OnnxExporter.Export(model, file, new OnnxExportOptions { Input = input, Half = true });
            using var session = new InferenceSession(file);
            Assert.Equal(dimensions, session.InputMetadata[OnnxExporter.InputName].Dimensions);
            Assert.Equal(type, session.InputMetadata[OnnxExporter.InputName].ElementType);
            Assert.Equal(typeof(float), session.OutputMetadata["logits"].ElementType);
            JsonElement preprocessing = JsonDocument.Parse(session.ModelMetadata.CustomMetadataMap["preprocessing"]).RootElement;
            Assert.Equal(inside, preprocessing.GetProperty("inside").GetRawText());
            Assert.Equal(input == OnnxInput.Normalized ? "NCHW" : "NHWC", preprocessing.GetProperty("layout").GetString());
        }
    }

    [Fact]
    public void Float16_halves_the_file()
    {
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("mobilenetv3_small_100", 40);
        OnnxExporter.Export(model, folder.File("single.onnx"));
        OnnxExporter.Export(model, folder.File("half.onnx"), new OnnxExportOptions { Half = true });
        double ratio = (double)new FileInfo(folder.File("half.onnx")).Length / new FileInfo(folder.File("single.onnx")).Length;
        Assert.InRange(ratio, 0.5, 0.52);
    }

    [Fact]
    public void A_weight_beyond_float16_is_named_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("resnet20", 32);
        using (no_grad())
            model.state_dict()["fc.weight"].fill_(1e5);
        var error = Assert.Throws<InputException>(() =>
            OnnxExporter.Export(model, folder.File("model.onnx"), new OnnxExportOptions { Half = true }));
        Assert.Contains("'fc.weight'", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_difference_that_is_no_number_does_not_agree()
    {
        Assert.False(new OnnxCheck(double.NaN, double.NaN, 1e-2, 0, 1).Agrees);
        Assert.False(new OnnxCheck(1, 0.02, 1e-2, 1, 1).Agrees);
        Assert.True(new OnnxCheck(1, 0.01, 1e-2, 1, 1).Agrees);
    }

    /// <summary>Each as it is, and with its branch scales folded.</summary>
    [Theory]
    [MemberData(nameof(Models.TinyTransformers.Names), MemberType = typeof(Models.TinyTransformers))]
    public void Every_form_of_transformer_is_exported_plain_and_reweighted(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using TransformerModel model = Models.TinyTransformers.Make(name);
        string plain = folder.File("plain.onnx"), reweighted = folder.File("reweighted.onnx");
        var options = new OnnxExportOptions { Features = true };
        OnnxExporter.Export(model, plain, options);
        OnnxCheck check = OnnxVerifier.VerifyOnNoise(model, plain, options);
        Assert.True(check.RelativeDifference < 1e-4, $"{check}");
        (model.Blocks[0].AttentionScale, model.Blocks[0].MlpScale, model.Blocks[1].MlpScale) = (1.3, 0, 0.5);
        OnnxExporter.Export(model, reweighted);
        check = OnnxVerifier.VerifyOnNoise(model, reweighted);
        Assert.True(check.RelativeDifference < 1e-4, $"{check}");
        Assert.True(OnnxVerifier.VerifyOnNoise(model, plain).RelativeDifference > 1e-3, "the check must detect another model");
    }

    /// <summary>
    /// As ONNX Runtime runs it: what it takes apart or does not fuse takes several times as long, though its numbers are right.
    /// </summary>
    [Theory]
    [InlineData("mobilenetv3_small_100", true)]
    [InlineData("resnet18", true)]
    [InlineData("mobilenetv3_small_100", false)]
    [InlineData("deit_tiny_patch16_224", false)]
    [InlineData("convnext_atto", false)]
    public void ONNX_Runtime_fuses_activations_and_takes_none_apart(string name, bool half)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using ImageModel model = SmallOne(name);
        string file = folder.File("model.onnx"), optimized = folder.File("optimized.onnx");
        OnnxExporter.Export(model, file, new OnnxExportOptions { Half = half });
        using var options = new SessionOptions
        {
            OptimizedModelFilePath = optimized,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        new InferenceSession(file, options).Dispose();
        List<string> kinds = [.. ModelProto.Parser.ParseFrom(File.ReadAllBytes(optimized)).Graph.Node.Select(n => n.OpType)];
        Assert.DoesNotContain(kinds, kind => kind is "Max" or "Min" or "Erf" or "Exp" or "Relu" or "HardSwish");
        Assert.InRange(kinds.Count(kind => kind == "Cast"), 0, 5);
    }

    [Fact]
    public void Features_are_what_the_classifier_sees_and_are_checked()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("resnet20", 32);
        string file = folder.File("model.onnx");
        var options = new OnnxExportOptions { Features = true, Softmax = true };
        OnnxExporter.Export(model, file, options);
        using (var session = new InferenceSession(file))
        {
            Assert.Equal(["probabilities", "features"], session.OutputMetadata.Keys);
            Assert.Equal([-1, model.NumFeatures], session.OutputMetadata["features"].Dimensions);
        }

        Assert.True(OnnxVerifier.VerifyOnNoise(model, file, options).Agrees);

        Assert.True(Check(model, folder, options with { Half = true }).Agrees);

        // The last ReLU sees only what is not negative: half added to every feature, and taken from the logits again.
        Dictionary<string, Tensor> state = model.state_dict();
        state["layer3.2.bn2.weight"].mul_(0);
        state["layer3.2.bn2.bias"].mul_(0);
        Assert.True(Check(model, folder, options).Agrees);
        state["layer3.2.bn2.bias"].add_(0.5);
        state["fc.bias"].sub_(state["fc.weight"].sum(1) * 0.5);
        Assert.True(OnnxVerifier.VerifyOnNoise(model, file, options with { Features = false }).Agrees);
        Assert.False(OnnxVerifier.VerifyOnNoise(model, file, options).Agrees);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0)]
    public void A_reweighted_ViT_is_exported_folded_and_left_unchanged(double b)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = (VisionTransformer)Filled("vit_pico_patch4_32", 32);
        model.Blocks[4].MlpScale = model.Blocks[5].MlpScale = b;
        string file = folder.File("model.onnx");
        OnnxExporter.Export(model, file);
        Assert.True(OnnxVerifier.VerifyOnNoise(model, file).RelativeDifference < 1e-4);
        Assert.Equal(b, model.Blocks[5].MlpScale);
        model.Blocks[5].MlpScale = 1;
        Assert.True(OnnxVerifier.VerifyOnNoise(model, file).RelativeDifference > 1e-3, "the check must detect another model");
    }

    [Fact]
    public void Metadata_says_classes_and_preprocessing()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("resnet20", 32);
        string file = folder.File("model.onnx");
        OnnxExporter.Export(model, file, new OnnxExportOptions { Labels = ["cat", "Food & \"drink\"", "日本"] });
        using var session = new InferenceSession(file);
        var metadata = session.ModelMetadata.CustomMetadataMap;
        Assert.Equal(["cat", "Food & \"drink\"", "日本"], JsonSerializer.Deserialize<string[]>(metadata["labels"])!);
        Assert.Equal("resnet20", metadata["architecture"]);
        JsonElement preprocessing = JsonDocument.Parse(metadata["preprocessing"]).RootElement;
        Assert.Equal(32, preprocessing.GetProperty("input_size")[1].GetInt32());
        Assert.Equal(0.485, preprocessing.GetProperty("mean")[0].GetDouble());
    }

    [Fact]
    public void Softmax_gives_probabilities()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("resnet20", 32);
        var options = new OnnxExportOptions { Softmax = true };
        string file = folder.File("model.onnx");
        OnnxExporter.Export(model, file, options);
        Assert.True(OnnxVerifier.VerifyOnNoise(model, file, options).LargestDifference < 1e-5);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("resnet20", 32);
        Assert.Contains(folder.Path, Assert.Throws<InputException>(() => OnnxExporter.Export(model, folder.Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_model_is_detected_by_the_verifier()
    {
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("resnet20", 32);
        File.WriteAllText(folder.File("model.onnx"), "no model");
        Assert.Throws<ReMemException>(() => OnnxVerifier.VerifyOnNoise(model, folder.File("model.onnx")));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("resnet20", 32);
        void Refused(OnnxExportOptions options, string name) => Assert.Contains(
            name, Assert.Throws<InputException>(() => OnnxExporter.Export(model, folder.File("model.onnx"), options)).Message,
            StringComparison.Ordinal);
        Refused(new OnnxExportOptions { MaxFileBytes = -1 }, "MaxFileBytes");
        Refused(new OnnxExportOptions { Input = (OnnxInput)7 }, "Input");
    }

    private static OnnxCheck Check(ImageModel model, TemporaryFolder folder, OnnxExportOptions options)
    {
        string file = folder.File("model.onnx");
        OnnxExporter.Export(model, file, options);
        return OnnxVerifier.VerifyOnNoise(model, file, options);
    }

    /// <summary>40 pixels are halved to odd sizes too, where TensorFlow's padding differs.</summary>
    private static ImageModel SmallOne(string name) => ModelCatalogue.ShapeOf(name) is not null
        ? Models.TinyTransformers.Make(name)
        : Filled(name, ModelCatalogue.Info(name).ImageSize == 32 ? 32 : 40);

    private static ImageModel Filled(string name, int size)
    {
        ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 3, ImageSize = size });
        Models.GoldenWeights.Fill(model);
        return model;
    }
}
