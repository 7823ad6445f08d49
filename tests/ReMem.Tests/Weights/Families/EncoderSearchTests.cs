using ReMem.Models;
using ReMem.Tests.Models;
using ReMem.Weights;
using ReMem.Weights.Families;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class EncoderSearchTests : IDisposable
{
    private const string Vit = "vit_pico_patch4_32";
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();
    private readonly ImageModel _source = ModelCatalogue.Create(Vit, new ModelOptions { NumClasses = 5 });
    private readonly ImageModel _model = ModelCatalogue.Create(Vit, new ModelOptions { NumClasses = 5 });

    public EncoderSearchTests() => GoldenWeights.Fill(_source);

    public void Dispose()
    {
        _source.Dispose();
        _model.Dispose();
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("_orig_mod.module.")]
    [InlineData("module._orig_mod.module.")]
    [InlineData("model.")]
    [InlineData("model.net.")]
    [InlineData("backbone.")]
    [InlineData("encoder.")]
    [InlineData("vit.")]
    [InlineData("base_model.")]
    [InlineData("base_model.model.")]
    [InlineData("visual.")]
    [InlineData("trunk.")]
    [InlineData("visual.trunk.")]
    [InlineData("image_encoder.")]
    [InlineData("module.image_encoder.visual.trunk.")]
    [InlineData("student.")]
    [InlineData("student_")]
    [InlineData("student/")]
    [InlineData("teacher:")]
    [InlineData("teacher-net.")]
    [InlineData("_fsdp_wrapped_module.")]
    [InlineData("_forward_module._fsdp_wrapped_module.model.")]
    [InlineData("ema.")]
    [InlineData("ema.module.")]
    [InlineData("momentum_encoder.")]
    [InlineData("learner.0.backbone.")]
    public void Any_prefix_is_taken_off(string prefix) => Loads(Named(prefix));

    [Theory]
    [InlineData("blocks.", "blocks.module.")]
    [InlineData(".attn.", "._fsdp_wrapped_module.attn._orig_mod.")]
    [InlineData("blocks.1.", "blocks.1._checkpoint_wrapped_module.")]
    [InlineData("blocks.", "_fsdp_wrapped_module.blocks._fsdp_wrapped_module._checkpoint_wrapped_module.")]
    public void Wrappers_in_the_middle_of_names_are_taken_out(string part, string wrapped) =>
        Loads(Named("model.").Select(t => (t.Name.Replace(part, wrapped, StringComparison.Ordinal), t.Value)));

    [Theory]
    [InlineData("model.", "mean", "std", "criterion.weight", "model_head.weight", "n_averaged")]
    [InlineData("model.", "loss_fn.pos_weight", "metrics.confusion", "projector.0.weight", "text_encoder.layer.0.weight")]
    [InlineData("", "mean", "std", "criterion.weight", "n_averaged", "projector.0.weight", "loss.net.weight")]
    [InlineData("module.", "n_averaged")]
    public void Other_tensors_are_dropped_and_listed(string prefix, params string[] others)
    {
        WeightLoadReport report = Loads([.. Named(prefix), .. others.Select(o => (o, zeros(2)))]);
        Assert.Equal(others.Order(StringComparer.Ordinal), report.Dropped.Select(d => d.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("student.", "teacher.", "teacher.")]
    [InlineData("teacher.", "student.", "teacher.")]
    [InlineData("student_backbone.", "teacher_backbone.", "teacher_backbone.")]
    [InlineData("encoder.", "momentum_encoder.", "momentum_encoder.")]
    [InlineData("online_encoder.", "target_encoder.", "target_encoder.")]
    [InlineData("model.", "ema.module.", "ema.")]
    [InlineData("model.", "modelEMA.", "modelEMA.")]
    [InlineData("model.", "averaged_model.", "averaged_model.")]
    [InlineData("", "ema_model.", "ema_model.")]
    [InlineData("model.", "lpips.", "model.")]
    [InlineData("student.", "model.", "model.")]
    public void Of_two_networks_the_averaged_or_the_teachers_is_taken_and_the_prefix_decides(string first, string second, string taken)
    {
        var state = Named(first).Concat(Named(second).Select(t => (t.Name, t.Value + 1))).ToArray();
        float difference = taken.StartsWith(second.Split('.')[0], StringComparison.Ordinal) ? 1 : 0;
        string path = Store(state);
        WeightLoadReport report = WeightLoader.Load(_model, path);
        Assert.Equal(taken, report.Prefix);
        Assert.True(Goldens.Same(_source.state_dict()["norm.weight"] + difference, _model.state_dict()["norm.weight"]));
        foreach ((string prefix, float plus) in new[] { (first, 0f), (second, 1f) })
        {
            WeightLoader.Load(_model, path, new WeightLoadOptions { Prefix = prefix });
            Assert.True(Goldens.Same(_source.state_dict()["norm.weight"] + plus, _model.state_dict()["norm.weight"]), prefix);
        }
    }

    [Fact]
    public void The_shapes_of_the_wanted_model_decide_before_the_names()
    {
        using ImageModel large = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 5 });
        GoldenWeights.Fill(large);
        string path = Store([.. Named("student."), .. large.state_dict().Select(t => ($"teacher.{t.Key}", t.Value))]);
        Assert.Equal("student.", WeightLoader.Load(_model, path).Prefix);
        using ImageModel teacher = ModelCatalogue.Create("resnet20", new ModelOptions { NumClasses = 5 });
        Assert.Equal("teacher.", WeightLoader.Load(teacher, path).Prefix);
        Assert.Equal(5, WeightLoader.CountClasses("resnet20", path));
    }

    [Fact]
    public void Parts_of_another_trunk_are_no_company()
    {
        foreach (string name in new[] { "reg_token", "norm_pre.weight", "blocks.6.norm1.weight", "blocks.0.ls1.gamma", "fc_norm.weight",
            "dist_token" })
        {
            string path = Store([.. Named("model."), ($"model.{name}", zeros(2))]);
            Assert.Contains($"1 are unexpected ({name})", Assert.Throws<InputException>(() => WeightLoader.Load(_model, path)).Message,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("classifier", "weight:9,128", "bias:9")]
    [InlineData("cls_head", "weight:9,128")]
    [InlineData("head", "0.weight:128", "0.bias:128", "1.weight:9,128", "1.bias:9")]
    [InlineData("mlp_head", "0.weight:64,128", "0.bias:64", "2.weight:9,64", "2.bias:9")]
    [InlineData("fc", "1.weight:9,128", "1.bias:9")]
    [InlineData("linear_head", "linear.weight:9,128")]
    public void A_head_of_another_name_is_dropped_where_a_new_one_is_wanted(string head, params string[] tensors)
    {
        IEnumerable<(string, Tensor)> own =
            tensors.Select(t => ($"{head}.{t.Split(':')[0]}", zeros([.. t.Split(':')[1].Split(',').Select(long.Parse)])));
        string path = Store([.. Named(string.Empty).Where(t => !t.Name.StartsWith("head.", StringComparison.Ordinal)), .. own]);
        WeightLoadReport report = WeightLoader.Load(_model, path);
        Assert.Equal((9L, tensors.Length), (report.FileClasses!.Value, report.Dropped.Count));
        Assert.StartsWith(head, report.FileHead, StringComparison.Ordinal);
        Assert.Equal(["head.weight", "head.bias"], report.NewHead);
    }

    [Fact]
    public void A_second_part_of_a_head_that_is_read_is_no_company()
    {
        string path = Store([.. Named(string.Empty), ("head.pre_logits.weight", zeros(128, 128))]);
        Assert.Contains("unexpected (head.pre_logits.weight)", Assert.Throws<InputException>(() => WeightLoader.Load(_model, path)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_ema.module.", 0)]
    [InlineData("EMAModel.", 0)]
    [InlineData("swa_model.", 0)]
    [InlineData("polyak.", 0)]
    [InlineData("teacher-net.", 1)]
    [InlineData("momentum_encoder.", 1)]
    [InlineData("model.", 2)]
    [InlineData("embeddings.", 2)]
    [InlineData("student_backbone.", 3)]
    [InlineData("perceptual_loss.vgg.", 4)]
    public void Prefixes_say_what_a_network_is(string prefix, int rank) => Assert.Equal(rank, AveragedNames.Rank(prefix));

    /// <summary>The trunks of all models are made of parts that are known, so that no part of one is ever dropped as company.</summary>
    [Fact]
    public void Every_part_of_every_model_is_known()
    {
        foreach (string name in new[] { Vit, "deit_tiny_distilled_patch16_224", "vit_small_patch14_reg4_dinov2",
            "vit_base_patch16_siglip_224", "vit_base_patch32_clip_224", "eva02_tiny_patch14_224",
            "resnet18", "resnet20", "mobilenetv2_100", "mobilenetv3_small_100", "mobilenetv4_conv_small", "efficientnet_b0",
            "convnext_atto" })
        {
            using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = 5 });
            string path = _folder.File($"{name}.safetensors");
            SafetensorsWriter.Write(path, model.state_dict());
            using TimmWeightsFile file = TimmWeightsFile.Open(path);
            string[] trunk = [.. model.state_dict().Keys.Except(model.Info.HeadTensors)];
            Assert.Empty(Company.Of(file, model, trunk, isHeadNew: false).Dropped);
        }
    }

    private IEnumerable<(string Name, Tensor Value)> Named(string prefix) =>
        _source.state_dict().Select(t => ($"{prefix}{t.Key}", t.Value));

    private string Store(IEnumerable<(string Name, Tensor Value)> state)
    {
        string path = _folder.File($"{Guid.NewGuid():N}.safetensors");
        SafetensorsWriter.Write(path, state.ToDictionary(t => t.Name, t => t.Value));
        return path;
    }

    private WeightLoadReport Loads(IEnumerable<(string Name, Tensor Value)> state)
    {
        WeightLoadReport report = WeightLoader.Load(_model, Store(state));
        Assert.Equal(_source.state_dict().Count, report.Loaded);
        Assert.Empty(report.NewHead);
        Assert.All(_model.state_dict(), t => Assert.True(Goldens.Same(_source.state_dict()[t.Key], t.Value), t.Key));
        return report;
    }
}
