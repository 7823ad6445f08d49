using System.Text.Json;
using System.Text.Json.Nodes;
using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Tests.Models;
using ReMem.Weights;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

public sealed class ModelFolderTests : IDisposable
{
    private static readonly string[] Labels = ["cat", "d\u00f6g \"x\"", "", "two\nlines"];
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("vit_pico_patch4_32", 48)]
    [InlineData("resnet20", 32)]
    [InlineData("mobilenetv3_small_100", 96)]
    [InlineData("convnext_atto", 40)]
    public void What_is_saved_is_loaded(string name, int size)
    {
        ImageModel model = Filled(name, size);
        ModelFolder.Save(_folder.Path, model, Labels);
        Assert.Equal(["config.json", "labels.txt", "model.safetensors"], Entries());
        (ImageModel loaded, IReadOnlyList<string> labels) = ModelFolder.Load(_folder.Path);
        Assert.Equal(["cat", "d\u00f6g \"x\"", "", "two lines"], labels);
        Assert.Equal((model.Info.Name, size, 4, false), (loaded.Info.Name, loaded.ImageSize, loaded.Options.NumClasses, loaded.training));
        Dictionary<string, Tensor> state = loaded.state_dict();
        Assert.All(model.state_dict(), t => Assert.True(Goldens.Same(t.Value, state[t.Key]), t.Key));
        GC.KeepAlive((model, loaded));
    }

    [Fact]
    public void Reweighting_is_folded_into_the_file_only()
    {
        using var guard = no_grad();
        var model = (VisionTransformer)Filled("vit_pico_patch4_32", 32);
        model.eval();
        model.Blocks[5].MlpScale = 0.5;
        model.Blocks[1].AttentionScale = 1.5;
        Tensor input = Goldens.UniformTensor("input", 1, 2, 3, 32, 32).to(ScalarType.Float32);
        Tensor before = model.call(input);
        ModelFolder.Save(_folder.Path, model, Labels);
        Assert.Equal((0.5, 1.5), (model.Blocks[5].MlpScale, model.Blocks[1].AttentionScale));
        Assert.True(Goldens.Same(before, model.call(input)));
        var loaded = (VisionTransformer)ModelFolder.Load(_folder.Path).Model;
        Assert.Equal(1, loaded.Blocks[5].MlpScale);
        Assert.True(loaded.call(input).allclose(before, 1e-5, 1e-5));
    }

    /// <summary>No command saves what another one refuses: an earlier folder stands, and no new file.</summary>
    [Theory]
    [InlineData("layer2.0.bn2.running_var", float.PositiveInfinity, "infinity")]
    [InlineData("fc.bias", float.NaN, "NaN")]
    public void A_model_that_is_not_finite_is_not_written_in_any_form(string name, float value, string word)
    {
        ImageModel model = Filled("resnet20", 32);
        ModelFolder.Save(_folder.Path, model, Labels);
        byte[] before = File.ReadAllBytes(_folder.File("model.safetensors"));
        using (no_grad())
            model.state_dict()[name][0] = value;
        foreach (Action save in new Action[]
        {
            () => ModelFolder.Save(_folder.Path, model, Labels),
            () => ModelFolder.SaveWeights(_folder.File("weights.safetensors"), model, ScalarType.Float16),
            () => ReMem.Export.OnnxExporter.Export(model, _folder.File("model.onnx")),
            () => ReMem.Export.CheckedExport.Write(model, _folder.File("model.onnx")),
        })
            Assert.Equal($"The tensor '{name}' holds {word}, so the model is not written.", Assert.Throws<ReMemException>(save).Message);
        Assert.Equal(["config.json", "labels.txt", "model.safetensors"], Entries());
        Assert.Equal(before, File.ReadAllBytes(_folder.File("model.safetensors")));
        ModelFolder.Load(_folder.Path).Model.Dispose();
    }

    [Fact]
    public void The_weights_alone_are_those_of_the_folder()
    {
        ImageModel model = Filled("vit_pico_patch4_32", 32);
        ModelFolder.Save(_folder.Path, model, Labels);
        ModelFolder.SaveWeights(_folder.File("weights.safetensors"), model);
        Assert.Equal(File.ReadAllBytes(_folder.File("model.safetensors")), File.ReadAllBytes(_folder.File("weights.safetensors")));
    }

    [Fact]
    public void The_configuration_is_timms()
    {
        ModelFolder.Save(_folder.Path, Filled("vit_pico_patch4_32", 48), Labels);
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(_folder.File("config.json")));
        JsonElement root = config.RootElement;
        Assert.Equal("vit_pico_patch4_32", root.GetProperty("architecture").GetString());
        Assert.Equal((4, 128), (root.GetProperty("num_classes").GetInt32(), root.GetProperty("num_features").GetInt32()));
        Assert.Equal(
            """{"img_size":48,"patch_size":4,"embed_dim":128,"depth":6,"num_heads":4}""",
            JsonNode.Parse(root.GetProperty("model_args").GetRawText())!.ToJsonString());
        JsonElement facts = root.GetProperty("pretrained_cfg");
        Assert.Equal([3, 48, 48], facts.GetProperty("input_size").EnumerateArray().Select(d => d.GetInt32()));
        Assert.Equal("head", facts.GetProperty("classifier").GetString());
        Assert.Equal(Labels, facts.GetProperty("label_names").EnumerateArray().Select(l => l.GetString()));
    }

    [Fact]
    public void The_pooling_and_the_forms_of_a_checkpoint_are_kept_in_timms_arguments()
    {
        using ImageModel model = ModelCatalogue.Create("vit_pico_patch4_32",
            new ModelOptions { NumClasses = 4, GlobalPool = GlobalPool.Avg, QkNorm = true });
        GoldenWeights.Fill(model);
        ModelFolder.Save(_folder.Path, model, Labels);
        using (JsonDocument config = JsonDocument.Parse(File.ReadAllText(_folder.File("config.json"))))
        {
            JsonElement arguments = config.RootElement.GetProperty("model_args");
            Assert.Equal(("avg", true), (arguments.GetProperty("global_pool").GetString(), arguments.GetProperty("qk_norm").GetBoolean()));
        }

        using ImageModel loaded = ModelFolder.Load(_folder.Path).Model;
        Assert.Equal(model.state_dict().Keys, loaded.state_dict().Keys);
        Edit(c => c["model_args"]!["global_pool"] = "max");
        Assert.Contains("global_pool 'max'", Assert.Throws<InputException>(() => ModelFolder.Load(_folder.Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_classifier_is_named_as_timm_does()
    {
        ModelFolder.Save(_folder.Path, Filled("deit_tiny_distilled_patch16_224", 32), Labels);
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(_folder.File("config.json")));
        JsonElement classifiers = config.RootElement.GetProperty("pretrained_cfg").GetProperty("classifier");
        Assert.Equal(["head", "head_dist"], classifiers.EnumerateArray().Select(c => c.GetString()));
        using ImageModel loaded = ModelFolder.Load(_folder.Path).Model;
        Assert.Equal(4, loaded.state_dict()["head_dist.bias"].shape[0]);
    }

    [Fact]
    public void Preprocessing_comes_from_the_configuration()
    {
        ModelFolder.Save(_folder.Path, Filled("resnet20", 32), Labels);
        Edit(c =>
        {
            c["pretrained_cfg"]!["mean"] = new JsonArray(0.1, 0.2, 0.3);
            c["pretrained_cfg"]!["crop_pct"] = 0.5;
            c["pretrained_cfg"]!["interpolation"] = "bilinear";
        });
        ModelInfo info = ModelFolder.Load(_folder.Path).Model.Info;
        Assert.Equal([0.1, 0.2, 0.3], info.Normalization.Mean);
        Assert.Equal(ModelCatalogue.Info("resnet20").Normalization.Std, info.Normalization.Std);
        Assert.Equal((0.5, "bilinear"), (info.CropPct, info.Interpolation));
    }

    [Fact]
    public void Without_labels_txt_the_configurations_names_hold()
    {
        ModelFolder.Save(_folder.Path, Filled("resnet20", 32), Labels);
        File.Delete(_folder.File("labels.txt"));
        Assert.Equal(Labels, ModelFolder.Load(_folder.Path).Labels);
        Edit(c => c["pretrained_cfg"]!.AsObject().Remove("label_names"));
        Assert.Equal(["class 0", "class 1", "class 2", "class 3"], ModelFolder.Load(_folder.Path).Labels);
    }

    [Fact]
    public void Saving_again_replaces_the_model_and_leaves_other_files()
    {
        ModelFolder.Save(_folder.Path, Filled("resnet20", 32), Labels);
        File.WriteAllText(_folder.File("model.onnx"), "kept");
        ModelFolder.Save(_folder.Path, Filled("vit_pico_patch4_32", 32), Labels);
        Assert.Equal(["config.json", "labels.txt", "model.onnx", "model.safetensors"], Entries());
        Assert.IsType<VisionTransformer>(ModelFolder.Load(_folder.Path).Model);
    }

    [Fact]
    public void A_save_that_fails_keeps_the_earlier_model()
    {
        ModelFolder.Save(_folder.Path, Filled("resnet20", 32), Labels);
        ImageModel tooLarge = Filled("vit_pico_patch4_32", 32);
        using (no_grad())
            tooLarge.state_dict()["head.bias"].fill_(1e6);
        Assert.Throws<InputException>(() => ModelFolder.Save(_folder.Path, tooLarge, Labels, ScalarType.Float16));
        Assert.Throws<ArgumentException>(() => ModelFolder.Save(_folder.Path, tooLarge, ["one"]));
        Assert.Equal(["config.json", "labels.txt", "model.safetensors"], Entries());
        Assert.IsType<ResNet>(ModelFolder.Load(_folder.Path).Model);
    }

    [Theory]
    [InlineData("config.json", "no config.json")]
    [InlineData("model.safetensors", "weights file does not exist")]
    public void A_missing_file_is_named(string file, string text)
    {
        ModelFolder.Save(_folder.Path, Filled("resnet20", 32), Labels);
        File.Delete(_folder.File(file));
        Assert.Contains(text, Assert.Throws<InputException>(() => ModelFolder.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BadConfigs => new()
    {
        { "{", "not valid" },
        { "[]", "not valid" },
        { """{"architecture":"resnet20","num_classes":4}""", "not valid" },
        { """{"architecture":null,"num_classes":4,"pretrained_cfg":{"input_size":[3,32,32]}}""", "Unknown model ''" },
        { """{"architecture":"resnet21","num_classes":4,"pretrained_cfg":{"input_size":[3,32,32]}}""", "did you mean 'resnet20'" },
        { """{"architecture":"resnet20","num_classes":4,"pretrained_cfg":{"input_size":[]}}""", "input_size [] is not" },
        { """{"architecture":"resnet20","num_classes":4,"pretrained_cfg":{"input_size":[3,32,48]}}""", "input_size [3, 32, 48] is not" },
        { """{"architecture":"resnet20","num_classes":4,"pretrained_cfg":{"input_size":[3,32,32],"std":[0,1,1]}}""", "invalid std" },
        { """{"architecture":"resnet20","num_classes":4,"pretrained_cfg":{"input_size":[3,32,32],"mean":[0]}}""", "mean has 1 channels" },
        { """{"architecture":"resnet20","num_classes":5,"pretrained_cfg":{"input_size":[3,32,32]}}""",
            "names 4 classes, but config.json says 5" },
        { """{"architecture":"resnet18","num_classes":4,"pretrained_cfg":{"input_size":[3,32,32]}}""", "not those of 'resnet18'" },
    };

    [Theory]
    [MemberData(nameof(BadConfigs))]
    public void A_bad_configuration_is_one_clear_line(string config, string text)
    {
        ModelFolder.Save(_folder.Path, Filled("resnet20", 32), Labels);
        File.WriteAllText(_folder.File("config.json"), config);
        InputException e = Assert.Throws<InputException>(() => ModelFolder.Load(_folder.Path));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(_folder.Path, e.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_with_another_head_than_the_configuration_are_refused()
    {
        ModelFolder.Save(_folder.Path, Filled("resnet20", 32), Labels);
        File.WriteAllLines(_folder.File("labels.txt"), ["a", "b"]);
        Edit(c => c["num_classes"] = 2);
        Assert.Contains("head of 4 classes", Assert.Throws<InputException>(() => ModelFolder.Load(_folder.Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void DeiT_tinys_published_weights_survive_a_round_trip_exactly()
    {
        string path = Assets.Path("deit_tiny/model.safetensors");
        ImageModel model = ModelCatalogue.Create("deit_tiny_patch16_224");
        WeightLoader.Load(model, path);
        ModelFolder.Save(_folder.Path, model, [.. Enumerable.Range(0, 1000).Select(i => $"{i}")]);
        using ImageModel loaded = ModelFolder.Load(_folder.Path).Model;
        Dictionary<string, Tensor> state = loaded.state_dict();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(file.Tensors.Keys.Order(), state.Keys.Order());
        Assert.All(state, t => Assert.True(Goldens.Same(file.Read(t.Key), t.Value), t.Key));
    }

    private static ImageModel Filled(string name, int size)
    {
        ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 4, ImageSize = size });
        GoldenWeights.Fill(model);
        return model;
    }

    private string[] Entries() =>
        [.. Directory.EnumerateFileSystemEntries(_folder.Path).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];

    private void Edit(Action<JsonNode> change)
    {
        JsonNode config = JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!;
        change(config);
        File.WriteAllText(_folder.File("config.json"), config.ToJsonString());
    }
}
