using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ReMem.Export;
using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Tests.Export;

public class OnnxExporterTests
{
    /// <summary>Every student; 40 pixels are halved to odd sizes too, where TensorFlow's padding differs.</summary>
    public static TheoryData<string, int> Students
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (ModelInfo info in ModelCatalogue.All.Where(m => m.Role == "student"))
                data.Add(info.Name, info.ImageSize == 32 ? 32 : 40);
            return data;
        }
    }

    [Theory]
    [InlineData("vit_pico_patch4_32", 32)]
    [InlineData("deit_tiny_patch16_224", 48)]
    [InlineData("vit_small_patch32_224", 64)]
    [MemberData(nameof(Students))]
    public void ONNX_Runtime_agrees_for_one_image_and_for_a_batch(string name, int size)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled(name, size);
        string file = folder.File("model.onnx");
        OnnxExporter.Export(model, file);
        OnnxCheck check = OnnxVerifier.VerifyOnNoise(model, file);
        Assert.True(check.RelativeDifference < 1e-4, $"{check}");
        Assert.Equal(1, check.Top1Agreement);
        Assert.Equal(8, check.Images);
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
        OnnxExporter.Export(model, plain);
        OnnxCheck check = OnnxVerifier.VerifyOnNoise(model, plain);
        Assert.True(check.RelativeDifference < 1e-4, $"{check}");
        (model.Blocks[0].AttentionScale, model.Blocks[0].MlpScale, model.Blocks[1].MlpScale) = (1.3, 0, 0.5);
        OnnxExporter.Export(model, reweighted);
        check = OnnxVerifier.VerifyOnNoise(model, reweighted);
        Assert.True(check.RelativeDifference < 1e-4, $"{check}");
        Assert.True(OnnxVerifier.VerifyOnNoise(model, plain).RelativeDifference > 1e-3, "the check must tell another model");
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
        Assert.True(OnnxVerifier.VerifyOnNoise(model, file).RelativeDifference > 1e-3, "the check must tell another model");
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
        Assert.Equal([-1, 3, 32, 32], session.InputMetadata[OnnxExporter.InputName].Dimensions);
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
        Assert.Contains(folder.Path, Assert.Throws<InputException>(() => OnnxExporter.Export(model, folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_model_is_told_by_the_verifier()
    {
        using var folder = new TemporaryFolder();
        using ImageModel model = Filled("resnet20", 32);
        File.WriteAllText(folder.File("model.onnx"), "no model");
        Assert.Throws<ReMemException>(() => OnnxVerifier.VerifyOnNoise(model, folder.File("model.onnx")));
    }

    private static ImageModel Filled(string name, int size)
    {
        ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 3, ImageSize = size });
        Models.GoldenWeights.Fill(model);
        return model;
    }
}
