using ReMem.Distillation;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Training;

/// <summary>A training that was interrupted, however often, ends as one that was not.</summary>
[Collection(TorchGenerator.Name)]
public class TrainerResumeTests
{
    [Theory]
    [InlineData(Vit, OptimizerKind.Adamw, 0.0, 0.0, new[] { 5 })]
    [InlineData(Vit, OptimizerKind.Adamw, 0.05, 0.3, new[] { 4 })]
    [InlineData(Convolutional, OptimizerKind.Sgd, 0.05, 0.0, new[] { 1, 6, 2 })]
    public void It_ends_with_the_same_bits(string name, OptimizerKind optimizer, double rho, double dropPath, int[] stops)
    {
        TrainingOptions options = Options with { Optimizer = optimizer, DropPath = dropPath };
        using var folder = new TemporaryFolder();
        using ImageModel whole = Model(name, dropPath);
        TrainingResult expected = Run(whole, null, null);
        foreach (int stop in stops)
        {
            using ImageModel stopped = Model(name, dropPath);
            Assert.Throws<OperationCanceledException>(() => Run(stopped, folder.File("state"), stop));
        }

        // Other weights and a model in another state: nothing but the checkpoint may matter.
        using ImageModel resumed = Model(name, dropPath, seed: 77);
        AssertSame(expected, Run(resumed, folder.File("state"), null));
        AssertSame(whole, resumed);
        Assert.False(resumed.training);

        TrainingResult Run(ImageModel model, string? checkpoint, int? stop) => Interruptible(stop, (progress, token) =>
            new TeacherFineTuner(options, new TeacherOptions { Rho = rho }).Run(
                Job(model, checkpoint, progress) with { Validate = m => (m.training ? 1 : 0.5, 2) }, token));
    }

    [Theory]
    [InlineData("looksam(4,0.7)", "constant", false)]
    [InlineData("momentum(0.9)", "cosine(0.01)", false)]
    [InlineData("every(4)", "lr", true)]
    public void What_a_sharpness_keeps_between_steps_comes_back(string sharpness, string schedule, bool mSharpness)
    {
        var teacher = new TeacherOptions { Rho = 0.1, Sharpness = sharpness, RhoSchedule = schedule, MSharpness = mSharpness };
        using var folder = new TemporaryFolder();
        using ImageModel whole = Model(dropPath: 0.2), stopped = Model(dropPath: 0.2), resumed = Model(dropPath: 0.2, seed: 77);
        TrainingResult expected = Run(whole, null, null);
        Assert.Throws<OperationCanceledException>(() => Run(stopped, folder.File("state"), 5));
        AssertSame(expected, Run(resumed, folder.File("state"), null));
        AssertSame(whole, resumed);

        TrainingResult Run(ImageModel model, string? checkpoint, int? stop) => Interruptible(stop, (progress, token) =>
            new TeacherFineTuner(Options with { Accumulate = 2 }, teacher).Run(Job(model, checkpoint, progress), token));
    }

    [Fact]
    public void A_student_on_recycled_views_ends_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        using ImageModel teacher = Model(Vit, seed: 8);
        using ImageModel whole = Model(Convolutional), stopped = Model(Convolutional), resumed = Model(Convolutional, seed: 77);
        TrainingResult expected = Run(whole, null, null);
        Assert.Throws<OperationCanceledException>(() => Run(stopped, folder.File("state"), 7));
        AssertSame(expected, Run(resumed, folder.File("state"), null));
        AssertSame(whole, resumed);

        TrainingResult Run(ImageModel model, string? checkpoint, int? stop) => Interruptible(stop, (progress, token) =>
            new Distiller(Options with { Epochs = 4 }, new DistillationOptions { Views = 2 }).Run(Job(model, checkpoint, progress), teacher,
                12, token));
    }

    [Fact]
    public void A_finished_training_is_not_done_again()
    {
        using var folder = new TemporaryFolder();
        using ImageModel model = Model(Convolutional), again = Model(Convolutional, seed: 77);
        TrainingResult first = new Trainer(Options).Run(Job(model, folder.File("state")));
        TrainingResult second =
            new Trainer(Options).Run(Job(again, folder.File("state")) with { Loss = (_, _, _) => throw new InvalidOperationException() });
        AssertSame(first, second);
        AssertSame(model, again);
    }

    [Fact]
    public void A_checkpoint_of_another_training_is_refused()
    {
        using var folder = new TemporaryFolder();
        using ImageModel teacher = Model(Vit, seed: 8), model = Model(Convolutional);
        TrainingJob job = Job(model, folder.File("state"));
        Distill(Options, new DistillationOptions { Temperature = 2 }, job, teacher);
        string differs = Assert.Throws<InputException>(
            () => Distill(Options with { Lr = 2e-3 }, new DistillationOptions { Temperature = 2 }, job with { Seed = 4 }, teacher)).Message;
        Assert.Matches(@"other options: lr \(\S+ there, 0\.002 here\), seed \(\d+ there, 4 here\)\.$", differs);
        foreach (Action other in new Action[]
        {
            () => Distill(Options with { Lr = 2e-3 }, new DistillationOptions { Temperature = 2 }, job, teacher),
            () => Distill(Options, new DistillationOptions { Temperature = 4 }, job, teacher),
            () => Distill(Options, new DistillationOptions { Temperature = 2 }, job, null),
            () => Distill(Options, new DistillationOptions { Temperature = 2 }, job with { Seed = 4 }, teacher),
            () => Distill(Options, new DistillationOptions { Temperature = 2 }, job with { Train = Loader(8) }, teacher),
            () => new TeacherFineTuner(Options, new TeacherOptions()).Run(job),
        })
        {
            InputException error = Assert.Throws<InputException>(other);
            Assert.Contains("other options", error.Message, StringComparison.Ordinal);
            Assert.Equal(folder.File("state"), error.Where);
        }

        static void Distill(TrainingOptions options, DistillationOptions objective, TrainingJob job, ImageModel? teacher) =>
            new Distiller(options, objective).Run(job, teacher, 12);
    }

    [Fact]
    public void A_teacher_of_another_radius_or_policy_is_refused()
    {
        using var folder = new TemporaryFolder();
        using ImageModel model = Model();
        Tune(new TeacherOptions { Rho = 0.05 });
        Assert.Throws<InputException>(() => Tune(new TeacherOptions { Rho = 0.1 }));
        Assert.Throws<InputException>(() => Tune(new TeacherOptions { Rho = 0.05, Adaptive = true }));
        Assert.Throws<InputException>(() => Tune(new TeacherOptions { Rho = 0.05, Reweighting = "ramp(0.5)" }));
        Assert.Throws<InputException>(() => Tune(new TeacherOptions { Rho = 0.05, Sharpness = "every(2)" }));
        Assert.Throws<InputException>(() => Tune(new TeacherOptions { Rho = 0.05, RhoSchedule = "lr" }));

        void Tune(TeacherOptions teacher) =>
            new TeacherFineTuner(Options with { Epochs = 1 }, teacher).Run(Job(model, folder.File("state")));
    }

    /// <summary>Cancels from the progress callback after so many steps of this call.</summary>
    private static TrainingResult Interruptible(int? stop, Func<IProgress<ProgressReport>, CancellationToken, TrainingResult> run)
    {
        using var cancellationToken = new CancellationTokenSource();
        int steps = 0;
        return run(
            new Watcher(report =>
            {
                if (report is StepProgress && ++steps == stop)
                    cancellationToken.Cancel();
            }),
            cancellationToken.Token);
    }
}
