using System.Diagnostics;
using ReMem.Models;
using ReMem.Weights;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

/// <summary>Files as people have them, and files that mean harm; see cases/README.md.</summary>
public sealed class WeightsCasesTests : IDisposable
{
    private const string DeiT = "deit_tiny_patch16_224";
    private const long MaxBytes = 256 << 20;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("vit-.pth", "state_dict", "vit.")]
    [InlineData("encoder-.pth", "state_dict", "encoder.")]
    [InlineData("base_model-.pth", "state_dict", "base_model.")]
    [InlineData("backbone-model-.pth", "state_dict", "backbone.model.")]
    [InlineData("_forward_module-module-.pth", "state_dict", "")]
    [InlineData("teacher_backbone-.pth", "state_dict", "teacher_backbone.")]
    [InlineData("dinov2_training.pth", "model", "teacher.backbone.", "student.backbone.")]
    [InlineData("ok_model_only.ckpt", "state_dict", "model.")]
    [InlineData("mean_std.ckpt", "state_dict", "model.")]
    [InlineData("criterion_weight.ckpt", "state_dict", "model.")]
    [InlineData("ema.ckpt", "state_dict", "ema_model.", "model.")]
    [InlineData("teacher.ckpt", "state_dict", "teacher.", "model.")]
    [InlineData("timm.pth", "state_dict_ema", "", "state_dict.")]
    [InlineData("numpy_scalar.pth", "model", "")]
    [InlineData("ok_without_args.pth", "model", "")]
    [InlineData("classifier.pth", "state_dict", "")]
    [InlineData("cls.pth", "state_dict", "")]
    [InlineData("seq.pth", "state_dict", "")]
    public void A_trunk_is_found_under_any_prefix_and_in_any_company(string name, string stateDict, string prefix, params string[] others)
    {
        using ImageModel model = ModelCatalogue.Create(DeiT, new ModelOptions { NumClasses = 7 });
        WeightLoadReport report = WeightLoader.Load(model, CasePath(name));
        Assert.Equal((150, stateDict, prefix), (report.Loaded, report.StateDict, report.Prefix));
        Assert.Equal(others, report.OtherNetworks);
        Assert.Equal(["head.weight", "head.bias"], report.NewHead);
        Assert.Equal(others.Length > 0, report.ToString().Contains("another prefix takes those", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("classifier.pth", "new head (the file's 'classifier' has 1000 classes); 2 dropped (classifier.weight, classifier.bias")]
    [InlineData("cls.pth", "new head (the file's 'cls' has 1000 classes); 2 dropped")]
    [InlineData("seq.pth", "new head (the file's 'head.1' has 1000 classes); 2 dropped")]
    [InlineData("mean_std.ckpt", "new head (the file's has 1000 classes); 2 dropped (mean, std: it is outside 'model.'")]
    public void What_is_dropped_is_reported_in_the_same_line(string name, string text)
    {
        using ImageModel model = ModelCatalogue.Create(DeiT, new ModelOptions { NumClasses = 7 });
        Assert.Contains(text, WeightLoader.Load(model, CasePath(name)).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ema.ckpt", "model.", "model.")]
    [InlineData("ema.ckpt", "model", "model.")]
    [InlineData("ema.ckpt", "state_dict.model.", "model.")]
    [InlineData("dinov2_training.pth", "student", "student.backbone.")]
    [InlineData("_forward_module-module-.pth", "_forward_module.module.", "")]
    public void A_prefix_decides(string name, string prefix, string taken)
    {
        using ImageModel model = ModelCatalogue.Create(DeiT, new ModelOptions { NumClasses = 7 });
        WeightLoadReport report = WeightLoader.Load(model, CasePath(name), new WeightLoadOptions { Prefix = prefix });
        Assert.Equal((150, taken), (report.Loaded, report.Prefix));
        Assert.Empty(report.OtherNetworks);
    }

    [Fact]
    public void A_prefix_that_is_not_there_is_answered_with_those_that_are()
    {
        InputException e = Assert.Throws<InputException>(() => WeightLoader.CountClasses(DeiT, CasePath("ema.ckpt"), "studnet."));
        Assert.Contains("begins with 'studnet.'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'state_dict.model.' or 'state_dict.ema_model.'", e.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_model_are_refused_with_the_prefixes_that_were_seen()
    {
        using ImageModel model = ModelCatalogue.Create("vit_small_patch16_224", new ModelOptions { NumClasses = 7 });
        InputException e = Assert.Throws<InputException>(() => WeightLoader.Load(model, CasePath("ema.ckpt")));
        Assert.Contains("not those of 'vit_small_patch16_224'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'state_dict.model.' or 'state_dict.ema_model.'", e.Remedy, StringComparison.Ordinal);
    }

    public static TheoryData<string> Hostile =>
        [.. Directory.EnumerateFiles(Path.GetDirectoryName(CasePath("x"))!).Select(f => Path.GetFileName(f)!)
            .Where(f => f.StartsWith("pkl-", StringComparison.Ordinal) || f.StartsWith("zip-", StringComparison.Ordinal)
            || f.StartsWith("npz-", StringComparison.Ordinal)
            || f is "index-trav.index.json" or "inspect-slow.safetensors").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_file_is_refused_in_one_sentence_or_gives_tensors_of_its_own_size(string name)
    {
        var watch = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            WeightsInspection found = WeightsInspection.Of(CasePath(name));
            using WeightsFile file = WeightsFile.Open(CasePath(name));
            foreach (string tensor in file.Tensors.Keys)
                file.Read(tensor).Dispose();
            Assert.Empty(found.SteppedOver);
        }
        catch (InputException e)
        {
            Assert.DoesNotContain(e.Message, char.IsControl);
            Assert.InRange(e.Message.Length, 10, 510);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxBytes);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, MaxTime);
    }

    [Theory]
    [InlineData("pkl-os-system.pth", "'os.system'")]
    [InlineData("pkl-posix-system.pth", "'posix.system'")]
    [InlineData("pkl-builtins-eval.pth", "'builtins.eval'")]
    [InlineData("pkl-stack-global.pth", "'posix.system'")]
    [InlineData("pkl-inst.pth", "'os.system'")]
    [InlineData("pkl-obj.pth", "'os.system'")]
    [InlineData("pkl-newobj-ex.pth", "'os.system'")]
    [InlineData("pkl-build-setstate.pth", "'os.system'")]
    [InlineData("pkl-ext1.pth", "'copyreg.extension 1'")]
    [InlineData("pkl-zero-huge.pth", "arguments that it does not take")]
    [InlineData("npz-zero-huge.npz", "invalid shape")]
    [InlineData("index-trav.index.json", "not a file next to it")]
    public void A_program_without_a_tensor_is_refused_by_its_name(string name, string text) =>
        Assert.Contains(text, Assert.Throws<InputException>(() => WeightsFile.Open(CasePath(name))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("config-classes-0.json", "0 classes")]
    [InlineData("config-classes-neg.json", "-5 classes")]
    [InlineData("config-classes-2e9.json", "2000000000 classes")]
    [InlineData("config-classes-50M.json", "50000000 classes")]
    [InlineData("config-size-0.json", "image size of 0 px")]
    [InlineData("config-size-2e9.json", "image size of 2000000000 px")]
    [InlineData("config-surr.json", "not valid")]
    [InlineData("config-vit-giant.json", "Unknown model")]
    [InlineData("config-vit-huge.json", "not those of 'vit_huge_patch14_224'")]
    [InlineData("config-vit-size-2e9.json", "image size of 2000000000 px")]
    [InlineData("config-vit-size-40000.json", "image size of 40000 px")]
    [InlineData("config-vit-size-neg.json", "image size of -4 px")]
    public void A_config_that_claims_more_than_the_weights_have_is_refused_before_memory_is_asked_for(string name, string text)
    {
        using var folder = new TemporaryFolder();
        string config = File.ReadAllText(CasePath(name));
        using (ImageModel model = ModelCatalogue.Create(config.Contains("vit_", StringComparison.Ordinal)
            ? ModelCatalogue.DemoTeacher
            : "resnet20", new ModelOptions { NumClasses = 9 }))
            ModelFolder.Save(folder.Path, model, [.. Enumerable.Range(0, 9).Select(i => $"{i}")]);
        File.Delete(folder.File("labels.txt"));
        File.WriteAllText(folder.File("config.json"), config);
        long before = Process.GetCurrentProcess().PeakWorkingSet64;
        InputException e = Assert.Throws<InputException>(() => ModelFolder.Load(folder.Path));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.InRange(Process.GetCurrentProcess().PeakWorkingSet64 - before, 0, MaxBytes);
    }

    private static string CasePath(string file) => Path.Combine(AppContext.BaseDirectory, "Weights", "cases", file);
}
