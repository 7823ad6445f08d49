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

/// <summary>What teacher and student are shown, and what the student learns from it.</summary>
[Collection(TorchGenerator.Name)]
public class DistillerTests
{
    private static readonly TrainingOptions Still = Options with { Epochs = 1, Lr = 1e-9, WarmupEpochs = 0 };

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Teacher_and_student_see_the_same_views(int views)
    {
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        var taught = new List<byte[]>();
        var learnt = new List<byte[]>();
        Record(teacher, taught);
        Record(student, learnt);
        Run(Options with { Epochs = 4 }, new DistillationOptions { Views = views }, student, teacher);
        Assert.Equal(12, learnt.Count);
        // A recycled view is asked for whole, image after image, when its first batch comes.
        if (views == 0)
            Assert.Equal(learnt, taught);
        else
            Assert.Equal(Sorted(learnt.Take(6)), Sorted(taught));
        // Recycled views are the same pictures in another order.
        bool repeat = Pictures(learnt[..3]).SetEquals(Pictures(learnt[6..9]));
        Assert.Equal(views > 0, repeat);
        Assert.Empty(Pictures(learnt[..3]).Intersect(Pictures(learnt[3..6])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_teacher_of_another_size_sees_the_same_views_at_its_own(int views)
    {
        using ImageModel teacher = ModelCatalogue.Create(Vit, new ModelOptions { NumClasses = 3, ImageSize = 16 }),
            student = Model(Convolutional);
        var taught = new List<byte[]>();
        var learnt = new List<byte[]>();
        Record(teacher, taught);
        Record(student, learnt);
        BatchLoader loader = Loader(secondSize: 16);
        new Distiller(Options with { Epochs = 2 }, new DistillationOptions { Views = views }).Run(Job(student) with { Train = loader },
            teacher, 12);
        List<byte[]> first = [], second = [];
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
            {
                first.Add(batch.Images.data<byte>().ToArray());
                second.Add(batch.SecondImages!.data<byte>().ToArray());
            }
        }

        Assert.Equal(first, learnt[..3]);
        if (views == 0)
            Assert.Equal(second, taught[..3]);
        else
            Assert.Equal(Sorted(second, 16), Sorted(taught, 16));
    }

    [Fact]
    public void The_teacher_is_left_as_it_was()
    {
        using ImageModel teacher = Model(Convolutional, seed: 8), same = Model(Convolutional, seed: 8), student = Model(Convolutional);
        teacher.train();
        Run(Options, new DistillationOptions(), student, teacher);
        AssertSame(same, teacher);
        Assert.All(teacher.parameters(), p => Assert.Null(p.grad));
    }

    [Fact]
    public void Without_a_teacher_it_is_plain_training()
    {
        using ImageModel expected = Model(Convolutional), student = Model(Convolutional);
        TrainingResult plain = new Trainer(Options).Run(Job(expected));
        AssertSame(plain, Run(Options, new DistillationOptions { Weight = 0.9 }, student, null));
        AssertSame(expected, student);
    }

    [Fact]
    public void The_loss_is_the_weighted_sum_of_both_parts()
    {
        double hard = First(0, 1), soft = First(1, 3), both = First(0.7, 3);
        Assert.Equal((0.3 * hard) + (0.7 * soft), both, 1e-5);
        Assert.NotEqual(hard, soft, 1e-3);
    }

    [Fact]
    public void A_student_that_is_its_teacher_has_nothing_to_learn()
    {
        using ImageModel teacher = Model(), student = Model();
        TrainingResult result = Run(Still, new DistillationOptions { Weight = 1, Temperature = 2 }, student, teacher);
        Assert.Equal(0, result.Epochs[0].TrainLoss, 1e-5);
    }

    [Fact]
    public void With_weight_0_the_teacher_is_not_even_asked()
    {
        using ImageModel teacher = Model(seed: 8), expected = Model(Convolutional), student = Model(Convolutional);
        var asked = new List<byte[]>();
        Record(teacher, asked);
        new Trainer(Options).Run(Job(expected));
        Run(Options, new DistillationOptions { Weight = 0 }, student, teacher);
        AssertSame(expected, student);
        Assert.Empty(asked);
    }

    [Theory]
    [InlineData(5, 32, "The teacher knows 5 classes and the student 3.")]
    [InlineData(3, 16, "The teacher takes 16 px images, but the batches hold views of 32 px for it.")]
    public void A_teacher_that_does_not_fit_is_refused(int classes, int size, string message)
    {
        using ImageModel teacher = ModelCatalogue.Create(Vit, new ModelOptions { NumClasses = classes, ImageSize = size }),
            student = Model(Convolutional);
        Assert.Equal(message,
            Assert.Throws<InputException>(() => Run(Options, new DistillationOptions { Weight = 0 }, student, teacher)).Message);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        Assert.Contains("Weight",
            Assert.Throws<InputException>(() => Run(Options, new DistillationOptions { Weight = 1.5 }, student, teacher)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Temperature",
            Assert.Throws<InputException>(() => Run(Options, new DistillationOptions { Temperature = 0 }, student, teacher)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_from_another_teachers_outputs_is_not_continued()
    {
        using var folder = new TemporaryFolder();
        void Train(ImageModel student, ImageModel teacher) =>
            new Distiller(Options,
                new DistillationOptions()).Run(Job(student) with { CheckpointPath = folder.File("checkpoint.safetensors") }, teacher, 12);
        using ImageModel teacher = Model(seed: 8), other = Model(seed: 9), student = Model(Convolutional), again = Model(Convolutional);
        Train(student, teacher);
        Train(again, teacher);
        AssertSame(student, again);
        Assert.Contains("other options", Assert.Throws<InputException>(() => Train(again, other)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kl + rkd(1,1)")]
    [InlineData("hint")]
    [InlineData("dkd(1,2) + cosine")]
    public void Features_teach_too_and_an_interrupted_training_ends_alike(string objective)
    {
        using var folder = new TemporaryFolder();
        var options = new DistillationOptions { Objective = objective, Weight = 0.9, Views = 1 };
        TrainingOptions two = Options with { Epochs = 2 };
        using ImageModel teacher = Model(seed: 8), whole = Model(Convolutional), cut = Model(Convolutional), plain = Model(Convolutional);
        TrainingResult expected = Run(two, options, whole, teacher);
        Run(two, options with { Objective = "kl" }, plain, teacher);
        Assert.True(Differs(whole, plain));

        TrainingJob job = Job(cut, folder.File("checkpoint.safetensors"));
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => new Distiller(two, options).Run(
            job with { Progress = new Watcher(r => Cancel(r, stop)) }, teacher, 12, stop.Token));
        using ImageModel resumed = Model(Convolutional, seed: 6);
        AssertSame(expected, new Distiller(two, options).Run(job with { Model = resumed }, teacher, 12));
        AssertSame(whole, resumed);
    }

    [Theory]
    [InlineData("kl", 0.0)]
    [InlineData("kl + rkd", 0.0)]
    [InlineData("kl", 0.3)]
    public void A_student_of_cached_targets_is_that_of_live_ones_up_to_16_bits(string objective, double mixup)
    {
        using var folder = new TemporaryFolder();
        TrainingOptions training = Options with { Epochs = 4, MixupAlpha = mixup };
        var options = new DistillationOptions { Objective = objective, Views = 2 };
        using ImageModel teacher = Model(seed: 8), live = Model(Convolutional), cached = Model(Convolutional), again = Model(Convolutional);
        BatchLoader Mixing() => new(Source(12), ViewOptions.ForTraining(32),
            new LoaderOptions { BatchSize = 4, Shuffle = true, DropLast = true, Seed = 9, MixupAlpha = mixup });
        TrainingResult Train(ImageModel student, bool keep)
        {
            TrainingJob job = Job(student) with { Train = Mixing() };
            using TeacherCacheBuilder? cache = keep
                ? TinyCache.Builder(folder.Path, teacher, job.Train, TinyCache.Spec(teacher, features: objective != "kl"))
                : null;
            return new Distiller(training, options).Run(job, teacher, 12, default, cache);
        }

        TrainingResult expected = Train(live, false), kept = Train(cached, true);
        Assert.Equal(expected.Epochs[0].TrainLoss, kept.Epochs[0].TrainLoss, 2e-3);
        Assert.True(Differs(live, cached));

        // The cache is whole now: no teacher is asked, and the bits are the same.
        Func<int> passes = TinyCache.CountPasses(teacher);
        AssertSame(kept, Train(again, true));
        AssertSame(cached, again);
        Assert.Equal(0, passes());
    }

    [Fact]
    public void An_interrupted_training_on_a_cache_ends_alike_and_does_not_go_on_without_it()
    {
        using var folder = new TemporaryFolder();
        var options = new DistillationOptions { Views = 2 };
        using ImageModel teacher = Model(seed: 8), whole = Model(Convolutional), cut = Model(Convolutional), resumed = Model(Convolutional,
            seed: 6);
        TrainingOptions four = Options with { Epochs = 4 };
        using TeacherCacheBuilder first = TinyCache.Builder(folder.File("first"), teacher),
            second = TinyCache.Builder(folder.File("second"), teacher);
        TrainingResult expected = new Distiller(four, options).Run(Job(whole), teacher, 12, default, first);

        TrainingJob job = Job(cut, folder.File("checkpoint.safetensors"));
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Distiller(four, options).Run(job with { Progress = new Watcher(r => Cancel(r, stop)) }, teacher, 12, stop.Token, second));
        Assert.Contains("other options",
            Assert.Throws<InputException>(() => new Distiller(four, options).Run(job with { Model = resumed }, teacher, 12)).Message,
            StringComparison.Ordinal);
        AssertSame(expected, new Distiller(four, options).Run(job with { Model = resumed }, teacher, 12, default, second));
        AssertSame(whole, resumed);
    }

    [Fact]
    public void An_interrupted_training_whose_views_come_round_ends_alike_without_a_cache()
    {
        using var folder = new TemporaryFolder();
        var options = new DistillationOptions { Views = 1 };
        using ImageModel teacher = Model(seed: 8), whole = Model(Convolutional), cut = Model(Convolutional), resumed = Model(Convolutional,
            seed: 6);
        TrainingOptions four = Options with { Epochs = 4 };
        var taught = new List<byte[]>();
        Record(teacher, taught);
        TrainingResult expected = new Distiller(four, options).Run(Job(whole), teacher, 12);

        TrainingJob job = Job(cut, folder.File("checkpoint.safetensors"));
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Distiller(four, options).Run(job with { Progress = new Watcher(r => Cancel(r, stop)) }, teacher, 12, stop.Token));
        AssertSame(expected, new Distiller(four, options).Run(job with { Model = resumed }, teacher, 12));
        AssertSame(whole, resumed);

        // What a teacher says of an image differs in last bits by what the image meets in its batch: whichever epoch asks first,
        // the batches are the same.
        Assert.All(taught.Chunk(taught.Count / 3), run => Assert.Equal(taught[..(taught.Count / 3)], run));
    }

    [Fact]
    public void A_cancelled_training_does_not_wait_for_the_rest_of_a_view()
    {
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        using var stop = new CancellationTokenSource();
        var loader = new BatchLoader(Source(200), ViewOptions.ForTraining(32), new LoaderOptions { BatchSize = 4, Shuffle = true });
        int passes = 0;
        teacher.register_forward_pre_hook((_, input) =>
        {
            passes++;
            stop.Cancel();
            return input;
        });
        Assert.ThrowsAny<OperationCanceledException>(
            () => new Distiller(Options, new DistillationOptions { Views = 1 }).Run(Job(student) with { Train = loader }, teacher, 200,
                stop.Token));
        Assert.Equal(1, passes);
    }

    [Fact]
    public void An_unknown_objective_is_refused()
    {
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        Assert.Contains("'kll'",
            Assert.Throws<InputException>(() => Run(Options, new DistillationOptions { Objective = "kll" }, student, teacher)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_term_of_one_label_is_refused_where_images_are_mixed()
    {
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        InputException error = Assert.Throws<InputException>(
            () => Run(Options with { MixupAlpha = 0.2 }, new DistillationOptions { Objective = "kl + dkd" }, student, teacher));
        Assert.Contains("needs one label", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kl")]
    [InlineData("hint + rkd")]
    public void Steps_leave_no_tensor_behind(string objective)
    {
        CollectGarbage();
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        var counts = new List<long>();
        new Distiller(Options with { Epochs = 4 }, new DistillationOptions { Views = 1, Objective = objective }).Run(
            Job(student) with
            {
                Validate = _ =>
                {
                    counts.Add(Tensor.TotalCount);
                    return (0, 0);
                },
            },
            teacher,
            12);
        TensorCount.HasNotGrown(counts[1], counts[3]);
    }

    private static void Cancel(ProgressReport report, CancellationTokenSource stop)
    {
        if (report is StepProgress { Epoch: 2 })
            stop.Cancel();
    }

    private static double First(double weight, double temperature)
    {
        using ImageModel teacher = Model(seed: 8), student = Model();
        return Run(Still, new DistillationOptions { Weight = weight, Temperature = temperature }, student, teacher).Epochs[0].TrainLoss;
    }

    private static TrainingResult Run(TrainingOptions training, DistillationOptions options, ImageModel student, ImageModel? teacher) =>
        new Distiller(training, options).Run(Job(student), teacher, 12);

    /// <summary>Notes the pixels of every batch that a model sees, as bytes: the models' normalisations differ.</summary>
    private static void Record(ImageModel model, List<byte[]> seen) => model.register_forward_pre_hook((_, input) =>
    {
        using var scope = NewDisposeScope();
        Tensor mean = tensor(model.Info.Normalization.Mean.ToArray()).view(1, 3, 1, 1),
            std = tensor(model.Info.Normalization.Std.ToArray()).view(1, 3, 1, 1);
        seen.Add((((input * std) + mean) * 255).round().to(ScalarType.Byte).contiguous().data<byte>().ToArray());
        return input;
    });

    private static HashSet<string> Pictures(IEnumerable<byte[]> batches) => [.. Sorted(batches)];

    private static string[] Sorted(IEnumerable<byte[]> batches, int size = 32) =>
        [.. batches.SelectMany(b => b.Chunk(3 * size * size)).Select(Convert.ToBase64String).Order(StringComparer.Ordinal)];
}
