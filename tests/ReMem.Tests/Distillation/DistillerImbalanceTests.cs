using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Tests.Distillation.Cache;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

/// <summary>Students of unequal classes and on growing views: what the teacher says still belongs to what the student sees.</summary>
[Collection(TorchGenerator.Name)]
public class DistillerImbalanceTests
{
    private static readonly int[] Labels = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2];

    [Fact]
    public void The_teachers_probabilities_are_weighted_and_scaled_to_1_again()
    {
        using var scope = NewDisposeScope();
        using ImageModel teacher = Model(seed: 8), student = Model();
        TrainingOptions still = Options with { Epochs = 1, Lr = 1e-9, WarmupEpochs = 0, BatchSize = 12 };
        TrainingJob job = Job(student) with { Train = Loader(still) };
        double found = new Distiller(still,
            new DistillationOptions { Weight = 1, Temperature = 2, TargetWeights = "inverse" }).Run(job, teacher, 12).Epochs[0].TrainLoss;

        using var guard = no_grad();
        using Batch batch = Loader(still).Epoch(0).First();
        teacher.eval();
        Tensor images = student.Info.Normalization.Apply(batch.Images);
        Tensor t = (teacher.call(images) / 2).softmax(1) * tensor(new[] { 1 / 9f, 1 / 2f, 1f });
        t /= t.sum(1, keepdim: true);
        using ImageModel fresh = Model();
        Tensor s = (fresh.call(images) / 2).log_softmax(1);
        Assert.Equal((4 * (t * (t.log() - s)).sum(1).mean()).item<float>(), found, 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_student_that_is_its_teacher_has_nothing_to_learn_however_images_are_drawn(int views)
    {
        using ImageModel teacher = Model(), student = Model();
        TrainingOptions options = Options with { Epochs = 4, Lr = 1e-9, WarmupEpochs = 0, Sampling = ClassSampling.Balanced };
        TrainingResult result = new Distiller(options,
            new DistillationOptions { Weight = 1, Views = views }).Run(Job(student) with { Train = Loader(options) }, teacher, 12);
        Assert.All(result.Epochs, e => Assert.Equal(0, e.TrainLoss, 1e-5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Nor_has_it_with_answers_from_a_cache(int views)
    {
        using var folder = new TemporaryFolder();
        using ImageModel teacher = Model(), student = Model();
        TrainingOptions options = Options with { Epochs = 4, Lr = 1e-9, WarmupEpochs = 0, Sampling = ClassSampling.Balanced };
        BatchLoader loader = Loader(options);
        using TeacherCacheBuilder cache = TinyCache.Builder(folder.Path, teacher, loader);
        TrainingResult result = new Distiller(options,
            new DistillationOptions { Weight = 1, Views = views }).Run(Job(student) with { Train = loader }, teacher, 12, default, cache);
        Assert.All(result.Epochs, e => Assert.Equal(0, e.TrainLoss, 1e-5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_teacher_sees_full_views_while_its_student_grows(int views)
    {
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        List<long> taught = [], learnt = [];
        teacher.register_forward_pre_hook((_, input) => Note(taught, input));
        student.register_forward_pre_hook((_, input) => Note(learnt, input));
        TrainingOptions options = Options with { Epochs = 3, Progressive = "from(16,0.6)" };
        new Distiller(options, new DistillationOptions { Views = views }).Run(Job(student) with { Train = Loader(options) }, teacher, 12);
        Assert.Equal([16, 16, 16, 24, 24, 24, 32, 32, 32], learnt);
        // Views that repeat are asked for all at once.
        Assert.Equal(Enumerable.Repeat(32L, views == 0 ? 9 : 1), taught);
    }

    [Fact]
    public void A_student_without_a_teacher_is_made_no_full_views()
    {
        using ImageModel student = Model(Convolutional), trained = Model(Convolutional);
        TrainingOptions options = Options with { Progressive = "from(16,0.6)" };
        new Distiller(options, new DistillationOptions()).Run(Job(student) with { Train = Loader(options) }, null, 12);
        new Trainer(options).Run(Job(trained) with { Train = Loader(options) });
        AssertSame(trained, student);
    }

    [Theory]
    [InlineData(0, ClassSampling.Balanced, "none", 0.0)]
    [InlineData(2, ClassSampling.Sqrt, "none", 0.5)]
    [InlineData(0, ClassSampling.Uniform, "effective(0.9)", 0.0)]
    public void An_interrupted_training_ends_with_the_same_bits(int views, ClassSampling sampling, string weights, double tau)
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options with
        {
            Sampling = sampling,
            ClassWeights = weights,
            LogitAdjustment = tau,
            Progressive = "from(16)",
            EmaDecay = 0.9,
            LayerDecay = 0.9,
            Optimizer = OptimizerKind.Sgd,
            Lr = 0.05,
        };
        var distillation = new DistillationOptions { Views = views, Weight = 0.5, TargetWeights = "effective" };
        using ImageModel teacher = Model(seed: 8), whole = Model(Convolutional), cut = Model(Convolutional), resumed = Model(Convolutional,
            seed: 77);
        TrainingResult expected = Run(whole, null, null, options);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run(cut, folder.File("state"), stop, options));
        AssertSame(expected, Run(resumed, folder.File("state"), null, options));
        AssertSame(whole, resumed);
        foreach (TrainingOptions other in new[]
        {
            options with { Sampling = sampling == ClassSampling.Sqrt ? ClassSampling.Uniform : ClassSampling.Sqrt, ClassWeights = "none" },
            options with { ClassWeights = weights == "none" ? "inverse" : "none", Sampling = ClassSampling.Uniform, LogitAdjustment = 0 },
            options with { Progressive = "none" },
        })
        {
            Assert.Contains("other options", Assert.Throws<InputException>(() => Run(resumed, folder.File("state"), null, other)).Message,
                StringComparison.Ordinal);
        }

        TrainingResult Run(ImageModel student, string? checkpoint, CancellationTokenSource? cancellationToken, TrainingOptions training) =>
            new Distiller(training, distillation).Run(
                Job(student, checkpoint, new Watcher(r => (r is StepProgress { Epoch: 2 } ? cancellationToken : null)?.Cancel())) with
                {
                    Train = Loader(training),
                }, teacher, 12, cancellationToken?.Token ?? default);
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("efective", false)]
    [InlineData("effective(2)", false)]
    public void Weights_that_are_none_are_refused(string weights, bool fine)
    {
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        void Run() =>
            new Distiller(Options with { Epochs = 1 }, new DistillationOptions { TargetWeights = weights }).Run(Job(student), teacher, 12);
        if (fine)
            Run();
        else
            Assert.Equal("student.distillation.target_weights", Assert.Throws<InputException>(Run).Where);
    }

    private static Tensor Note(List<long> sizes, Tensor input)
    {
        sizes.Add(input.shape[^1]);
        return input;
    }

    private static BatchLoader Loader(TrainingOptions options) => new(
        Labelled(Labels), ViewOptions.ForTraining(32),
        new LoaderOptions { BatchSize = options.BatchSize, Shuffle = true, DropLast = true, Seed = 9, Sampling = options.Sampling });
}
