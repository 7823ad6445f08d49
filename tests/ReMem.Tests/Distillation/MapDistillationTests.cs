using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Tests.Distillation.Cache;
using ReMem.Tests.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

/// <summary>Students that learn place by place: from tokens and attention.</summary>
[Collection(TorchGenerator.Name)]
public class MapDistillationTests
{
    private const string Both = "tokens + attention(1,1)";
    private static readonly TrainingOptions Still = Options with { Epochs = 1, Lr = 1e-9, WarmupEpochs = 0 };

    [Theory]
    [InlineData("tokens", Precision.Fp32)]
    [InlineData("attention", Precision.Fp32)]
    [InlineData("attention", Precision.Bf16)]
    public void A_student_that_is_its_teacher_has_nothing_to_learn(string objective, Precision precision)
    {
        using ImageModel teacher = Make(), student = Make();
        TrainingResult result = Run(Still with { Precision = precision }, new DistillationOptions { Objective = objective, Weight = 1 },
            student, teacher);
        Assert.Equal(0, result.Epochs[0].TrainLoss, precision == Precision.Fp32 ? 1e-6 : 1e-3);
    }

    /// <summary>
    /// Heads, widths, grids, tokens before the patches and kinds of transformers that differ; and a student that is no transformer.
    /// </summary>
    [Theory]
    [InlineData(Both, "deit_base_distilled_patch16_224", 8, 32)]
    [InlineData(Both, "vit_medium_patch16_reg4_gap_256", 8, 32)]
    [InlineData("attention(0.5,0) + kl", "eva02_base_patch14_224", 16, 16)]
    [InlineData("tokens + hint", "resnet20", 0, 32)]
    public void Unlike_models_are_matched_and_an_interrupted_training_ends_with_the_same_bits(string objective, string student, int patch,
        int size)
    {
        using var folder = new TemporaryFolder();
        foreach (int views in new[] { 0, 2 })
        {
            var options = new DistillationOptions { Objective = objective, Weight = 0.8, Views = views };
            TrainingOptions training = Options with { MixupAlpha = views == 0 ? 0.2 : 0, GradCheckpointing = patch > 0 && views == 0 };
            using ImageModel teacher = Teacher(), whole = Student(), cut = Student(), resumed = Student(), plain = Student();
            Blank(resumed);
            string state = folder.File($"state{views}");
            TrainingResult expected = Run(training, options, whole, teacher);
            Run(training, options with { Objective = "kl" }, plain, teacher);
            Assert.True(Differs(whole, plain));
            using var stop = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() =>
                Run(training, options, cut, teacher, state, new Watcher(r => (r is StepProgress { Epoch: 2 } ? stop : null)?.Cancel()),
                    stop.Token));
            AssertSame(expected, Run(training, options, resumed, teacher, state));
            AssertSame(whole, resumed);
        }

        ImageModel Student() => patch == 0 ? Model(student) : Make(student, size, patch);
    }

    /// <summary>What autocast changes is the models' passes, not how their outputs are brought together.</summary>
    [Theory]
    [InlineData("tokens")]
    [InlineData("attention")]
    public void In_bf16_the_loss_is_that_of_float32_up_to_rounding(string objective)
    {
        double Loss(Precision precision)
        {
            using ImageModel teacher = Teacher(), student = Make();
            return Run(Still with { Precision = precision }, new DistillationOptions { Objective = objective, Weight = 1 }, student,
                teacher).Epochs[0].TrainLoss;
        }

        double expected = Loss(Precision.Fp32);
        Assert.Equal(expected, Loss(Precision.Bf16), 0.02 * expected);
    }

    [Fact]
    public void A_student_learns_to_look_where_its_teacher_does()
    {
        using ImageModel teacher = Make("vit_base_patch16_224", 32, 8), student = Make("deit_base_distilled_patch16_224", 32, 8);
        EpochRecord[] epochs = [.. Run(Options with { Epochs = 10, Lr = 5e-3 }, new DistillationOptions { Objective = Both, Weight = 1 },
            student, teacher).Epochs];
        Assert.True(epochs[^1].TrainLoss < 0.7 * epochs[0].TrainLoss, $"{epochs[0].TrainLoss} to {epochs[^1].TrainLoss}");
    }

    [Fact]
    public void Kept_outputs_are_the_live_ones_and_cost_one_pass_a_view()
    {
        using var scope = NewDisposeScope();
        using TransformerModel teacher = Make("vit_base_patch16_224", 32, 4);
        var spec = new TargetSpec(3, teacher.NumFeatures, Maps: new MapSpec(3, 16, 2, 2, true));
        using var live = new TeacherTargets(teacher, 12, 0, spec, null);
        using var kept = new TeacherTargets(teacher, 12, 1, spec, Loader(teacher, teacher, Options));
        using Batch batch = Loader(teacher, teacher, Options).Epoch(0, viewEpoch: 0).First();
        BatchOutputs expected = live.For(batch, 0);
        Assert.Equal([4, 9, 16], expected.Tokens!.shape);
        Assert.Equal([4, 2, 2, 5, 5], expected.Attention!.shape);
        foreach (int again in new[] { 0, 1 })
        {
            BatchOutputs found = kept.For(batch, 0);
            Assert.Equal(expected.Logits, found.Logits, Near);
            Assert.Equal(expected.Features, found.Features, Near!);
            Assert.Equal(expected.Tokens, found.Tokens, Near!);
            Assert.Equal(expected.Attention, found.Attention, Near!);
        }

        Assert.Equal(4 * 12 * (3 + 16 + (9 * 16) + (2 * 2 * 25)), TeacherTargets.Bytes(12, 1, spec));
        Assert.True(TeacherTargets.Keeps(12, 1, spec));
        Assert.False(TeacherTargets.Keeps(1_000_000, 1000, spec));
        Assert.Contains("runs in every epoch", TeacherTargets.Description(1_000_000, 1000, spec), StringComparison.Ordinal);
        Assert.Contains("kept in memory", TeacherTargets.Description(12, 1, spec), StringComparison.Ordinal);
        Assert.True(TeacherTargets.Keeps(1_000_000, 1000, new TargetSpec(3, teacher.NumFeatures)));

        static bool Near(Tensor a, Tensor b) => a.allclose(b, 1e-5, 1e-6);
    }

    [Fact]
    public void Attention_of_a_model_that_has_none_is_refused()
    {
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        var options = new DistillationOptions { Objective = "kl + attention" };
        foreach ((ImageModel s, ImageModel t) in new[] { (student, teacher), (teacher, student) })
        {
            InputException error = Assert.Throws<InputException>(() => Run(Options, options, s, t));
            Assert.Contains("'resnet20' has none", error.Message, StringComparison.Ordinal);
        }

        InputException early = Assert.Throws<InputException>(
            () => MapSpec.Require(DistillationObjective.Parse("attention"), "deit_tiny_patch16_224", "mobilenetv3_small_100"));
        Assert.Contains("mobilenetv3_small_100", early.Message, StringComparison.Ordinal);
    }

    /// <summary>Of another student: of a teacher's 8 x 8 tokens and three heads to its own 4 x 4 and two.</summary>
    [Theory]
    [InlineData(Both, 0, 0)]
    [InlineData("kl + tokens + hint", 2, 0)]
    [InlineData("attention(0.5,0) + kl", 0, 0.3)]
    public void From_a_cache_on_disk_students_learn_what_the_live_teacher_says(string objective, int top, double mixup)
    {
        using var folder = new TemporaryFolder();
        using ImageModel teacher = Teacher(), live = Make(), cached = Make(), again = Make();
        var options = new DistillationOptions { Objective = objective, Weight = 0.8, Views = 2 };
        TrainingOptions training = Options with { MixupAlpha = mixup };
        TargetSpec kept = Kept(teacher, live, objective) with { TopK = top };
        BatchLoader loader = Loader(live, teacher, training);
        using TeacherCacheBuilder cache = TinyCache.Builder(folder.Path, teacher, loader, kept);
        TrainingResult expected = Run(training, options, live, teacher);
        TrainingResult found = FromCache(cached);
        Assert.Equal(expected.Epochs.Select(e => e.TrainLoss), found.Epochs.Select(e => e.TrainLoss),
            (a, b) => Math.Abs(a - b) < (top > 0 ? 0.1 : 2e-3) * a);
        Assert.Equal(6, cache.Cache.PresentShards().Count());

        // The teacher is not asked again: one that says nonsense by now changes nothing.
        Blank(teacher);
        AssertSame(found, FromCache(again));
        AssertSame(cached, again);

        TrainingResult FromCache(ImageModel student) =>
            new Distiller(training, options).Run(Job(student) with { Train = loader }, teacher, 12, default, cache);
    }

    [Fact]
    public void A_cache_that_keeps_no_places_or_those_of_another_student_is_refused()
    {
        using var folder = new TemporaryFolder();
        using ImageModel teacher = Teacher(), student = Make(), convolutional = Model(Convolutional);
        BatchLoader loader = Loader(student, teacher, Options);
        using TeacherCacheBuilder plain = TinyCache.Builder(folder.File("plain"), teacher, loader);
        using TeacherCacheBuilder other = TinyCache.Builder(folder.File("other"), teacher, loader, Kept(teacher, convolutional, "tokens"));
        using TeacherCacheBuilder tokens = TinyCache.Builder(folder.File("tokens"), teacher, loader, Kept(teacher, student, "tokens"));
        Refused(plain, "kl + tokens", "it stores no tokens and no attention, which the objective needs");
        Refused(other, "tokens", "it stores tokens or attention for another objective or student");
        Refused(tokens, Both, "it stores tokens or attention for another objective or student");
        Refused(tokens, "hint", "it stores no pooled features, which the objective needs");

        // What a cache has beside what is asked for is left out.
        new Distiller(Still, new DistillationOptions { Objective = "kl", Views = 2 }).Run(Job(student) with { Train = loader }, teacher, 12,
            default, tokens);

        void Refused(TeacherCacheBuilder cache, string objective, string why)
        {
            InputException error = Assert.Throws<InputException>(
                () => new Distiller(Options,
                    new DistillationOptions { Objective = objective, Views = 2 }).Run(Job(student) with { Train = loader }, teacher, 12,
                        default, cache));
            Assert.StartsWith($"The teacher cache does not fit: {why}", error.Message, StringComparison.Ordinal);
            Assert.Equal(cache.Cache.Folder, error.Where);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Steps_leave_no_tensor_behind(int views)
    {
        CollectGarbage();
        using ImageModel teacher = Teacher(), student = Make("deit_base_distilled_patch16_224", 32, 8);
        var counts = new List<long>();
        TrainingJob job = Job(student) with
        {
            Validate = _ =>
            {
                counts.Add(Tensor.TotalCount);
                return (0, 0);
            },
        };
        new Distiller(Options with { Epochs = 4 }, new DistillationOptions { Views = views, Objective = Both }).Run(job, teacher, 12);
        TensorCount.HasNotGrown(counts[1], counts[3]);
    }

    /// <summary>Of 8 x 8 patches, with three heads where students have two.</summary>
    private static TransformerModel Teacher()
    {
        const string name = "vit_base_patch16_224";
        TransformerShape shape = ModelCatalogue.ShapeOf(name)! with { PatchSize = 4, Width = 24, Depth = 1, Heads = 3 };
        TransformerModel teacher = shape.Build(ModelCatalogue.Info(name), new ModelOptions { NumClasses = 3, ImageSize = 32 });
        GoldenWeights.Fill(teacher);
        return teacher;
    }

    private static void Blank(ImageModel model)
    {
        using var guard = no_grad();
        foreach (Tensor parameter in model.parameters())
            parameter.zero_();
    }

    private static TransformerModel Make(string name = "vit_base_patch16_224", int size = 32, int patch = 8) =>
        TinyTransformers.Make(name, new ModelOptions { ImageSize = size }, patch);

    private static TrainingResult Run(
        TrainingOptions training, DistillationOptions options, ImageModel student, ImageModel teacher, string? state = null,
        IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        return new Distiller(training, options).Run(Job(student, state, progress) with { Train = Loader(student, teacher, training) },
            teacher, 12, cancellationToken);
    }

    private static BatchLoader Loader(ImageModel student, ImageModel teacher, TrainingOptions training)
    {
        ViewOptions views = ViewOptions.ForTraining(student.ImageSize) with
        {
            SecondSize = student.ImageSize == teacher.ImageSize ? null : teacher.ImageSize,
        };
        return new BatchLoader(
            Source(12), views, new LoaderOptions
            {
                BatchSize = training.BatchSize,
                Shuffle = true,
                DropLast = true,
                Seed = 9,
                MixupAlpha = training.MixupAlpha,
            });
    }

    private static TargetSpec Kept(ImageModel teacher, ImageModel student, string objective) =>
        TargetSpec.Of(DistillationObjective.Parse(objective), student, student.ImageSize, teacher);
}
