using ReMem.Distillation;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Tests.Distillation.Cache;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Distillation;

/// <summary>The teacher's share and the terms' weights, where they change from step to step.</summary>
[Collection(TorchGenerator.Name)]
public class DistillerScheduleTests
{
    // A dozen images in one batch: an epoch is a step.
    private static readonly TrainingOptions Still = Options with { Epochs = 3, Lr = 1e-9, WarmupEpochs = 0, BatchSize = 12 };

    [Theory]
    [InlineData("linear(1)", 0.2, new[] { 1, 0.6, 0.2 })]
    [InlineData("cosine(0)", 0.8, new[] { 0, 0.4, 0.8 })]
    [InlineData("linear(0.4)", 0.0, new[] { 0.4, 0.2, 0 })]
    public void The_loss_is_the_weighted_sum_of_both_parts_at_each_step(string schedule, double weight, double[] expected)
    {
        double[] hard = Losses(new DistillationOptions { Weight = 0 }), soft = Losses(new DistillationOptions { Weight = 1 });
        TrainingResult result = Result(new DistillationOptions { Weight = weight, WeightSchedule = schedule });
        Assert.Equal(expected, result.Epochs.Select(e => Math.Round(e.TeacherWeight!.Value, 12)));
        for (int step = 0; step < expected.Length; step++)
            Assert.Equal(((1 - expected[step]) * hard[step]) + (expected[step] * soft[step]), result.Epochs[step].TrainLoss, 1e-5);
    }

    [Fact]
    public void A_term_fades_into_another()
    {
        double[] first = Losses(new DistillationOptions { Weight = 1 }),
            last = Losses(new DistillationOptions { Weight = 1, Objective = "cosine" });
        double[] both = Losses(new DistillationOptions { Weight = 1, Objective = "linear(1,0)*kl + linear(0,1)*cosine" });
        Assert.Equal(first[0], both[0], 1e-5);
        Assert.Equal((first[1] + last[1]) / 2, both[1], 1e-5);
        Assert.Equal(last[2], both[2], 1e-5);
    }

    [Fact]
    public void A_constant_weight_is_not_noted()
    {
        Assert.All(Result(new DistillationOptions { Weight = 0.5 }).Epochs, e => Assert.Null(e.TeacherWeight));
        using ImageModel student = Model(Convolutional);
        TrainingResult alone = new Distiller(Still,
            new DistillationOptions { WeightSchedule = "linear(0)" }).Run(Job(student) with { Train = Loader(batch: 12) }, null, 12);
        Assert.All(alone.Epochs, e => Assert.Null(e.TeacherWeight));
    }

    [Theory]
    [InlineData("linear(0)", 1.0, 2)]
    [InlineData("linear(1)", 0.0, 2)]
    [InlineData("linear(0)", 0.0, 0)]
    [InlineData("constant", 1.0, 3)]
    public void The_teacher_is_asked_where_it_has_a_share(string schedule, double weight, int asked)
    {
        using ImageModel teacher = Model(seed: 8), student = Model(Convolutional);
        Func<int> passes = TinyCache.CountPasses(teacher);
        new Distiller(Still,
            new DistillationOptions { Weight = weight, WeightSchedule = schedule }).Run(Job(student) with { Train = Loader(batch: 12) },
                teacher, 12);
        Assert.Equal(asked, passes());
    }

    [Theory]
    [InlineData("linear(0)", "kl + cosine(1,0)*hint", 1)]
    [InlineData("lr", "linear(0,2)*kl", 0)]
    public void An_interrupted_training_ends_with_the_same_bits_and_no_other_schedule_goes_on(string schedule, string objective, int views)
    {
        using var folder = new TemporaryFolder();
        var options = new DistillationOptions { Weight = 0.3, WeightSchedule = schedule, Objective = objective, Views = views };
        using ImageModel teacher = Model(seed: 8), whole = Model(Convolutional), cut = Model(Convolutional), resumed = Model(Convolutional,
            seed: 77);
        TrainingResult expected = Run(options, whole, null, null);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(options, cut, folder.File("state"), stop));
        foreach (DistillationOptions other in new[] { options with { WeightSchedule = "constant" },
            options with { Objective = objective.Replace('0', '3') } })
            Assert.Contains("other options", Assert.Throws<InputException>(() => Run(other, resumed, folder.File("state"), null)).Message,
                StringComparison.Ordinal);
        AssertSame(expected, Run(options, resumed, folder.File("state"), null));
        AssertSame(whole, resumed);

        TrainingResult Run(DistillationOptions distillation, ImageModel student, string? checkpoint,
            CancellationTokenSource? cancellationToken) =>
            new Distiller(Options with { Epochs = 4, Accumulate = 2 }, distillation).Run(
                Job(student, checkpoint, new Watcher(r =>
                {
                    if (r is StepProgress { Epoch: 3 })
                        cancellationToken?.Cancel();
                })),
                teacher,
                12,
                cancellationToken?.Token ?? default);
    }

    [Theory]
    [InlineData("linear(2)", "In 'linear(2)', the start is '2'; it must be between 0 and 1.")]
    [InlineData("step(0)", "Unknown schedule of the teacher's weight 'step'.")]
    [InlineData("linear", "The schedule of the teacher's weight 'linear' cannot be read.")]
    public void A_schedule_that_is_none_is_refused(string schedule, string message)
    {
        InputException error = Assert.Throws<InputException>(() => Result(new DistillationOptions { WeightSchedule = schedule }));
        Assert.Equal((message, "student.distillation.weight_schedule"), (error.Message, error.Where));
        Assert.Equal(message, Assert.Throws<InputException>(
            () => ReMem.Recipes.RecipeReader.Parse("name: x", "r.yaml",
                ["data.source=x", $"student.distillation.weight_schedule={schedule}"])).Message);
    }

    private static double[] Losses(DistillationOptions options) => [.. Result(options).Epochs.Select(e => e.TrainLoss)];

    private static TrainingResult Result(DistillationOptions options)
    {
        using ImageModel teacher = Model(seed: 8), student = Model();
        return new Distiller(Still, options).Run(Job(student) with { Train = Loader(batch: 12) }, teacher, 12);
    }
}
