using ReMem.Evaluation;
using ReMem.Runtime;

namespace ReMem.Reports;

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
