using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>One teacher and the student distilled from it, at one seed. Accuracies and errors are shares in [0, 1].</summary>
internal sealed record SeedRow
{
    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <summary>The teacher's top-1 accuracy on test; null without a teacher.</summary>
    public double? TeacherTop1 { get; init; }

    /// <summary>The teacher's balanced accuracy on test; null without a teacher.</summary>
    public double? TeacherBalanced { get; init; }

    /// <summary>I_hat(X; logits) in nats per pixel channel, over decoder seeds; null without a teacher.</summary>
    public Interval? InformationLogits { get; init; }

    /// <summary>I_hat(X; pooled feature) in nats per pixel channel, over decoder seeds; null without a teacher.</summary>
    public Interval? InformationPooled { get; init; }

    /// <summary>The teacher's top-1 accuracy on validation; null without a teacher.</summary>
    public double? TeacherValidationTop1 { get; init; }

    /// <summary>The student's top-1 accuracy on validation, by which choices are made; null in older reports.</summary>
    public double? StudentValidationTop1 { get; init; }

    /// <summary>The student's top-1 accuracy on test.</summary>
    public required double StudentTop1 { get; init; }

    /// <summary>The student's balanced accuracy on test: the mean of the recall per class.</summary>
    public required double StudentBalanced { get; init; }

    /// <summary>The student's top-5 accuracy on test.</summary>
    public required double StudentTop5 { get; init; }

    /// <summary>The student's expected calibration error on test.</summary>
    public required double Ece { get; init; }

    /// <summary>Wall time of the teacher's fine-tuning; 0 without a teacher.</summary>
    public double TeacherMinutes { get; init; }

    /// <summary>Wall time of the student's training.</summary>
    public double StudentMinutes { get; init; }
}
