using ReMem.Evaluation;
using ReMem.Runtime;

namespace ReMem.Reports;

/// <summary>One teacher and the student distilled from it, at one seed. Accuracies and errors are shares in [0, 1].</summary>
internal sealed record SeedRow
{
    /// <summary>The repetition.</summary>
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

    /// <summary>The student's top-1 accuracy on validation, which choices are made by; null in a report that does not have it.</summary>
    public double? StudentValidationTop1 { get; init; }

    /// <summary>The student's top-1 accuracy on test.</summary>
    public required double StudentTop1 { get; init; }

    /// <summary>The student's balanced accuracy on test: the mean over classes of each one's recall.</summary>
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

/// <summary>One way to prepare a teacher, over all its seeds.</summary>
internal sealed record TeacherRow
{
    /// <summary>"none", "standard", "sam", "reweighted" or "both".</summary>
    public required string Method { get; init; }

    /// <summary>The values of a sweep that the method depends on, such as "rho=0.1"; null outside a sweep.</summary>
    public string? Variant { get; init; }

    /// <summary>Whether the row speaks for its method: in a sweep, the variant whose students did best on validation. Default true.</summary>
    public bool IsChosen { get; init; } = true;

    /// <summary>One a seed.</summary>
    public required IReadOnlyList<SeedRow> Seeds { get; init; }

    /// <summary>The method, with the variant where there is one.</summary>
    public string Name => Variant is null ? Method : $"{Method} {Variant}";
}

/// <summary>One point of a training curve.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Value">In the chart's unit.</param>
internal sealed record CurvePoint(int Epoch, double Value);

/// <summary>One training's curve. Curves of one <paramref name="Chart"/> are drawn together, those of one <paramref name="Name"/> alike.</summary>
/// <param name="Chart">What is shown, such as "Student: validation top-1".</param>
/// <param name="Name">The method.</param>
/// <param name="Points">In order of epochs.</param>
internal sealed record Curve(string Chart, string Name, IReadOnlyList<CurvePoint> Points);

/// <summary>How many images a class has.</summary>
/// <param name="Name">The class.</param>
/// <param name="Train">Images for training.</param>
/// <param name="Validation">Images for choices.</param>
/// <param name="Test">Images for results.</param>
internal sealed record ClassCount(string Name, int Train, int Validation, int Test);

/// <summary>The data that a comparison was made on.</summary>
/// <param name="Description">Where it came from.</param>
/// <param name="ImageSize">Side of the square views, pixels.</param>
/// <param name="Classes">In index order.</param>
/// <param name="Warnings">What a reader should know.</param>
internal sealed record DataSection(string Description, int ImageSize, IReadOnlyList<ClassCount> Classes, IReadOnlyList<string> Warnings)
{
    /// <summary>Images for training.</summary>
    public int Train => Classes.Sum(c => c.Train);

    /// <summary>Images for choices.</summary>
    public int Validation => Classes.Sum(c => c.Validation);

    /// <summary>Images for results.</summary>
    public int Test => Classes.Sum(c => c.Test);
}

/// <summary>Scores of the exported student on test, as shares in [0, 1].</summary>
/// <param name="Images">How many images, all of the split.</param>
/// <param name="Top1">The best class is the label's.</param>
/// <param name="Balanced">Mean recall over the classes.</param>
/// <param name="Top5">The label is among the five best.</param>
/// <param name="Ece">Expected calibration error.</param>
internal sealed record ExportedScores(int Images, double Top1, double Balanced, double Top5, double Ece)
{
    /// <summary>Of a model's or a file's metrics.</summary>
    internal static ExportedScores? Of(ClassificationMetrics? m) =>
        m is null ? null : new(m.Count, m.Top1, m.BalancedAccuracy, m.Top5, m.ExpectedCalibrationError);
}

/// <summary>The exported student against ONNX Runtime.</summary>
/// <param name="Path">The file, relative to the report; its name says so where it failed its check.</param>
/// <param name="Method">Whose student.</param>
/// <param name="Seed">Which repetition of it.</param>
/// <param name="LargestDifference">Of any logit, absolute.</param>
/// <param name="Top1Agreement">Share in [0, 1].</param>
/// <param name="Images">How many were compared.</param>
internal sealed record OnnxSection(string Path, string Method, int Seed, double LargestDifference, double Top1Agreement, int Images)
{
    /// <summary>The largest difference over the largest logit; null in a report of before it was noted.</summary>
    public double? RelativeDifference { get; init; }

    /// <summary>The relative difference that is allowed; null in a report of before it was noted.</summary>
    public double? Tolerance { get; init; }

    /// <summary>What the model itself scores on test when it is exported; null where it was not scored.</summary>
    public ExportedScores? ModelScores { get; init; }

    /// <summary>What the file scores on test, by ONNX Runtime's answers; null where it was not scored.</summary>
    public ExportedScores? FileScores { get; init; }

    /// <summary>Why the file must not be deployed, in a sentence; null where it passed its check.</summary>
    public string? Failure { get; init; }
}

/// <summary>A comparison of teachers by what their students reach. report.json is this record; the computed parts are written, not read.</summary>
internal sealed record ComparisonReport
{
    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>The command that made it.</summary>
    public required string Command { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string RecipeName { get; init; }

    /// <summary>The resolved recipe.</summary>
    public required string RecipeText { get; init; }

    /// <summary>What it was measured on.</summary>
    public required DataSection Data { get; init; }

    /// <summary>timm's name of the teacher.</summary>
    public required string Teacher { get; init; }

    /// <summary>timm's name of the student.</summary>
    public required string Student { get; init; }

    /// <summary>The repetitions that were asked for.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>One a method, in the order to show.</summary>
    public required IReadOnlyList<TeacherRow> Rows { get; init; }

    /// <summary>Training curves.</summary>
    public IReadOnlyList<Curve> Curves { get; init; } = [];

    /// <summary>The exported student; null where none was exported.</summary>
    public OnnxSection? Onnx { get; init; }

    /// <summary>Where it was measured.</summary>
    public required EnvironmentInfo Environment { get; init; }

    /// <summary>What else a reader should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>When the run began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When the report was made.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Means and intervals over seeds, one a method.</summary>
    public IReadOnlyList<MethodSummary> Summary => [.. Rows.Select(MethodSummary.Of)];

    /// <summary>Whether rows are variants of methods, of which one each is chosen.</summary>
    internal bool IsSweep => Rows.Any(row => row.Variant is not null);

    /// <summary>Every method against "none" and "standard", with a verdict.</summary>
    public IReadOnlyList<Finding> Findings => Finding.All(Rows);

    /// <summary>
    /// The paper's own claim, over every teacher and seed: does the student rise with what the teacher's logits keep? Null with fewer than three teachers. The interval is over the
    /// rows where there are at least five, else over teachers, whose seeds share much, so that it is too narrow.
    /// </summary>
    public RankCorrelation? InformationAndStudent => MeasuredTeacher.Correlation(MeasuredTeacher.Of(Rows));

    /// <summary>The same at equal accuracy of the teacher, as the claim asks for: the rank correlation with the teacher's top-1 held fixed.</summary>
    public RankCorrelation? InformationAndStudentAtEqualTeacher => MeasuredTeacher.CorrelationAtEqualTeacher(MeasuredTeacher.Of(Rows));
}
