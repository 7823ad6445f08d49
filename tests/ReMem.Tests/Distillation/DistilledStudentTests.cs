using ReMem.Data;
using ReMem.Data.Views;
using ReMem.Distillation;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Tests.Models;
using ReMem.Training;
using static ReMem.Tests.Training.TinyTraining;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation;

/// <summary>Students with DeiT's distillation token: which of their two classifiers learns from whom.</summary>
[Collection(TorchGenerator.Name)]
public class DistilledStudentTests
{
    private static readonly TrainingOptions Still = Options with { Epochs = 1, Lr = 1e-9, WarmupEpochs = 0, BatchSize = 12 };

    [Fact]
    public void The_class_token_learns_from_the_labels_and_the_other_from_the_teacher()
    {
        using var scope = NewDisposeScope();
        (Tensor own, Tensor distilled, Tensor taught, Tensor labels) = Answers();
        Tensor hard = nn.functional.cross_entropy(own, labels), soft = nn.functional.cross_entropy(distilled, taught.argmax(1));
        Assert.Equal(((hard * 0.6) + (soft * 0.4)).item<float>(), FirstLoss(new DistillationOptions { Objective = "hard", Weight = 0.4 }),
            1e-5);
        Tensor kl = (taught.softmax(1) * (taught.log_softmax(1) - distilled.log_softmax(1))).sum(1).mean();
        Assert.Equal(((hard * 0.6) + (kl * 0.4)).item<float>(), FirstLoss(new DistillationOptions { Weight = 0.4 }), 1e-5);
    }

    [Fact]
    public void Who_teaches_alone_teaches_what_the_student_answers_with()
    {
        using var scope = NewDisposeScope();
        (Tensor own, Tensor distilled, Tensor taught, Tensor labels) = Answers();
        Tensor answer = (own + distilled) / 2;
        Assert.Equal(nn.functional.cross_entropy(answer, labels).item<float>(), FirstLoss(new DistillationOptions { Weight = 0 }), 1e-5);
        Assert.Equal(nn.functional.cross_entropy(answer, taught.argmax(1)).item<float>(),
            FirstLoss(new DistillationOptions { Objective = "hard", Weight = 1 }), 1e-5);
    }

    [Theory]
    [InlineData("hard", 0.3)]
    [InlineData("kl + hint", 0.0)]
    public void An_interrupted_training_ends_with_the_same_bits(string objective, double mixup)
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options with { MixupAlpha = mixup, EmaDecay = 0.9 };
        var distillation = new DistillationOptions { Objective = objective, Weight = 0.5, Views = 2 };
        using ImageModel teacher = Model(seed: 8), whole = Student(0.1), cut = Student(0.1), resumed = Student(0.1);
        Blank(resumed);
        TrainingResult expected = Run(whole, null, default);
        Assert.True(Differs(whole, cut));
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Run(cut, new Watcher(r => (r is StepProgress { Epoch: 2 } ? stop : null)?.Cancel()), stop.Token));
        AssertSame(expected, Run(resumed, null, default));
        AssertSame(whole, resumed);

        TrainingResult Run(ImageModel student, IProgress<ProgressReport>? progress, CancellationToken cancellationToken) =>
            new Distiller(options, distillation).Run(
            Job(student, ReferenceEquals(student, whole) ? null : folder.File("state"), progress) with
            {
                Train = new BatchLoader(Source(12), ViewOptions.ForTraining(32),
                    new LoaderOptions { BatchSize = 4, Shuffle = true, DropLast = true, Seed = 9, MixupAlpha = mixup }),
            },
            teacher,
            12,
            cancellationToken);
    }

    private static void Blank(ImageModel model)
    {
        using var guard = no_grad();
        foreach (Tensor parameter in model.parameters())
            parameter.zero_();
    }

    /// <summary>Both classifiers of the student before its training, the teacher's answer, and the labels.</summary>
    private static (Tensor Own, Tensor Distilled, Tensor Taught, Tensor Labels) Answers()
    {
        using var guard = no_grad();
        using ImageModel teacher = Model(seed: 8);
        using TransformerModel student = Student();
        using Batch batch = Loader(batch: 12).Epoch(0).First();
        teacher.eval();
        (Tensor own, Tensor distilled) = student.ForwardHeads(student.ForwardFeatures(student.Info.Normalization.Apply(batch.Images)));
        return (own, distilled, teacher.call(teacher.Info.Normalization.Apply(batch.Images)), batch.Labels.clone());
    }

    private static double FirstLoss(DistillationOptions options)
    {
        using ImageModel teacher = Model(seed: 8), student = Student();
        return new Distiller(Still, options).Run(Job(student) with { Train = Loader(batch: 12) }, teacher, 12).Epochs[0].TrainLoss;
    }

    /// <summary>Of two blocks, with classifiers far from each other; the same weights at every call.</summary>
    private static TransformerModel Student(double dropPath = 0) =>
        TinyTransformers.Make("deit_base_distilled_patch16_224", new ModelOptions { ImageSize = 32, DropPathRate = dropPath }, patch: 8);
}
