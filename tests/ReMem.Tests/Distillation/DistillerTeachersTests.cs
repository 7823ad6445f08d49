using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Tests.Distillation.Cache;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

/// <summary>A student of several teachers.</summary>
[Collection(TorchGenerator.Name)]
public class DistillerTeachersTests
{
    private static readonly TrainingOptions Two = Options with { Epochs = 2, WarmupEpochs = 0 };

    [Theory]
    [InlineData("kl", 0)]
    [InlineData("dist", 1)]
    [InlineData("kl + rkd", 1)]
    public void A_teacher_given_twice_teaches_as_it_does_once(string objective, int views)
    {
        using ImageModel teacher = Model(seed: 8), once = Model(Convolutional), twice = Model(Convolutional);
        var options = new DistillationOptions { Objective = objective, Views = views, Temperature = 2 };
        TrainingResult expected = Run(options, once, [new(teacher)]), found = Run(options, twice, [new(teacher), new(teacher)]);
        Assert.Equal(expected.Epochs[0].TrainLoss, found.Epochs[0].TrainLoss, 1e-5);
        Assert.Equal(expected.Epochs[1].TrainLoss, found.Epochs[1].TrainLoss, 1e-4);
    }

    [Fact]
    public void Two_teachers_are_neither_of_them_and_one_alone_is_as_ever()
    {
        using ImageModel first = Model(seed: 8), second = Model(Convolutional, seed: 9), a = Model(Convolutional), b = Model(Convolutional),
            both = Model(Convolutional), alone = Model(Convolutional);
        TrainingResult one = Run(new DistillationOptions(), a, [new(first)]);
        Run(new DistillationOptions(), b, [new(second)]);
        Run(new DistillationOptions(), both, [new(first), new(second)]);
        Assert.True(Differs(both, a) && Differs(both, b));
        AssertSame(one, new Distiller(Two, new DistillationOptions()).Run(Job(alone), first, 12));
        AssertSame(a, alone);
    }

    [Fact]
    public void Cached_they_are_the_live_ones_up_to_16_bits_and_cost_no_pass()
    {
        using var folder = new TemporaryFolder();
        var options = new DistillationOptions { Views = 1, Temperature = 3 };
        using ImageModel first = Model(seed: 8), second = Model(Convolutional, seed: 9), live = Model(Convolutional),
            cached = Model(Convolutional), mixed = Model(Convolutional), again = Model(Convolutional);
        TrainingResult expected = Run(options, live, [new(first), new(second)]);
        using TeacherCacheBuilder a = TinyCache.Builder(folder.File("a"), first), b = TinyCache.Builder(folder.File("b"), second);
        TrainingResult kept = Run(options, cached, [new(first, a), new(second, b)]);
        Assert.Equal(expected.Epochs[0].TrainLoss, kept.Epochs[0].TrainLoss, 2e-3);
        Assert.True(Differs(live, cached));
        Assert.Equal(expected.Epochs[0].TrainLoss, Run(options, mixed, [new(first, a), new(second)]).Epochs[0].TrainLoss, 2e-3);

        Func<int> passes = TinyCache.CountPasses(first), others = TinyCache.CountPasses(second);
        AssertSame(kept, Run(options, again, [new(first, a), new(second, b)]));
        AssertSame(cached, again);
        Assert.Equal((0, 0), (passes(), others()));
    }

    /// <summary>Features have no average across models, so that each teacher's are compared by themselves.</summary>
    [Fact]
    public void A_term_of_features_is_the_mean_over_the_teachers()
    {
        double Loss(string objective, params int[] teachers)
        {
            using ImageModel first = Model(seed: 8), second = Model(Convolutional, seed: 9), student = Model(Convolutional);
            DistillationTeacher[] all = [new(first), new(second)];
            var still = new Distiller(Two with { Epochs = 1, Lr = 1e-9 }, new DistillationOptions { Objective = objective, Weight = 1 });
            return still.Run(Job(student), [.. teachers.Select(i => all[i])], 12, default).Epochs[0].TrainLoss;
        }

        double first = Loss("rkd", 0), second = Loss("rkd", 1);
        Assert.True(Math.Abs(first - second) > 0.01 * first, $"{first} and {second}");
        Assert.Equal((first + second) / 2, Loss("rkd", 0, 1), 1e-4 * first);
        Assert.Equal((first + second) / 2 + Loss("kl", 0, 1), Loss("kl + rkd", 0, 1), 1e-4 * first);
    }

    /// <summary>Of other widths and grids than the student's and each other's, so that each has projections of its own.</summary>
    [Fact]
    public void Each_teachers_places_are_learned_live_and_from_its_own_cache()
    {
        using var folder = new TemporaryFolder();
        const string objective = "kl + tokens + hint";
        var options = new DistillationOptions { Views = 1, Objective = objective };
        using ImageModel first = Model(seed: 8), second = Models.TinyTransformers.Make("vit_base_patch16_224",
            new ModelOptions { ImageSize = 32 }, 8);
        using ImageModel live = Model(Convolutional), cached = Model(Convolutional), alone = Model(Convolutional);
        TrainingResult expected = Run(options, live, [new(first), new(second)]);
        Run(options, alone, [new(first)]);
        Assert.True(Differs(live, alone));
        TargetSpec Kept(ImageModel teacher) => TargetSpec.Of(DistillationObjective.Parse(objective), live, 32, teacher);
        using TeacherCacheBuilder a = TinyCache.Builder(folder.File("a"), first, spec: Kept(first)),
            b = TinyCache.Builder(folder.File("b"), second, spec: Kept(second));
        TrainingResult kept = Run(options, cached, [new(first, a), new(second, b)]);
        Assert.Equal(expected.Epochs[0].TrainLoss, kept.Epochs[0].TrainLoss, 2e-3 * expected.Epochs[0].TrainLoss);
    }

    [Theory]
    [InlineData("kl")]
    [InlineData("kl + tokens + hint")]
    public void An_interrupted_training_ends_with_the_same_bits_and_goes_on_with_no_other_teachers(string objective)
    {
        using var folder = new TemporaryFolder();
        var options = new DistillationOptions { Objective = objective, Average = TeacherAverage.Logits, WeightSchedule = "linear(0.2)" };
        using ImageModel first = Model(seed: 8), second = Model(Convolutional, seed: 9), whole = Model(Convolutional),
            cut = Model(Convolutional), resumed = Model(Convolutional, seed: 6);
        TrainingResult expected = Run(options, whole, [new(first), new(second)]);
        using var stop = new CancellationTokenSource();
        TrainingJob job = Job(cut, folder.File("state"), new Watcher(r =>
        {
            if (r is StepProgress { Epoch: 2 })
                stop.Cancel();
        }));
        Assert.ThrowsAny<OperationCanceledException>(() => new Distiller(Two, options).Run(job, [new(first), new(second)], 12, stop.Token));
        job = job with { Model = resumed, Progress = null };
        foreach ((DistillationOptions other, DistillationTeacher[] teachers) in new (DistillationOptions, DistillationTeacher[])[]
        {
            (options, [new(first)]),
            (options, [new(second), new(first)]),
            (options with { Average = TeacherAverage.Probabilities }, [new(first), new(second)]),
        })
        {
            Assert.Contains("other options",
                Assert.Throws<InputException>(() => new Distiller(Two, other).Run(job, teachers, 12, default)).Message,
                StringComparison.Ordinal);
        }

        AssertSame(expected, new Distiller(Two, options).Run(job, [new(first), new(second)], 12, default));
        AssertSame(whole, resumed);
    }

    [Fact]
    public void A_teacher_of_other_classes_is_refused()
    {
        using ImageModel first = Model(seed: 8), student = Model(Convolutional);
        using ImageModel more = ModelCatalogue.Create(Vit, new ModelOptions { NumClasses = 5, ImageSize = 32 });
        InputException error = Assert.Throws<InputException>(() => Run(new DistillationOptions(), student, [new(first), new(more)]));
        Assert.Equal("The teacher knows 5 classes and the student 3.", error.Message);
    }

    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        CollectGarbage();
        using ImageModel first = Model(seed: 8), second = Model(seed: 9), student = Model(Convolutional);
        var counts = new List<long>();
        TrainingJob job = Job(student) with
        {
            Validate = _ =>
            {
                counts.Add(Tensor.TotalCount);
                return (0, 0);
            },
        };
        new Distiller(Options with { Epochs = 4 }, new DistillationOptions { Views = 1 }).Run(job, [new(first), new(second)], 12, default);
        TensorCount.HasNotGrown(counts[1], counts[3]);
    }

    private static TrainingResult Run(DistillationOptions options, ImageModel student, DistillationTeacher[] teachers) =>
        new Distiller(Two, options).Run(Job(student), teachers, 12, default);
}
