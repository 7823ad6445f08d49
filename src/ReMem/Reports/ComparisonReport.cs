using ReMem.Evaluation;
using ReMem.Runtime;

namespace ReMem.Reports;

/// <summary>
/// A comparison of teachers by the accuracy of their students. report.json is this record; computed properties are written, not read.
/// </summary>
internal sealed record ComparisonReport
{
    /// <summary>The title, one line.</summary>
    public required string Title { get; init; }

    /// <summary>The command that created it.</summary>
    public required string Command { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string RecipeName { get; init; }

    /// <summary>The resolved recipe.</summary>
    public required string RecipeText { get; init; }

    /// <summary>The data.</summary>
    public required DataSection Data { get; init; }

    /// <summary>timm's name of the teacher.</summary>
    public required string Teacher { get; init; }

    /// <summary>timm's name of the student.</summary>
    public required string Student { get; init; }

    /// <summary>The requested seeds.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>One per method, in display order.</summary>
    public required IReadOnlyList<TeacherRow> Rows { get; init; }

    /// <summary>Training curves.</summary>
    public IReadOnlyList<Curve> Curves { get; init; } = [];

    /// <summary>The exported student; null where none was exported.</summary>
    public OnnxSection? Onnx { get; init; }

    /// <summary>Test scores of a linear probe on the pretrained teacher; null where none was fitted.</summary>
    public ExportedScores? Probe { get; init; }

    /// <summary>What models cost and reach, at the exported student's seed. Empty in older reports.</summary>
    public IReadOnlyList<CostRow> Costs { get; init; } = [];

    /// <summary>How the exported file answers the test images; null where it was not scored.</summary>
    public AnswerSection? Answers { get; init; }

    /// <summary>What a reader can do next, the most promising first. Empty in older reports.</summary>
    public IReadOnlyList<NextStep> NextSteps { get; init; } = [];

    /// <summary>What another report found, which this one shows, too; null where the recipe names none.</summary>
    public QuotedComparison? Quoted { get; init; }

    /// <summary>A method's figures at the seed of the exported student; null where there are none.</summary>
    internal SeedRow? AtExportedSeed(string method) =>
        Rows.FirstOrDefault(row => row.Method == method)?.Seeds.FirstOrDefault(seed => seed.Seed == Onnx?.Seed);

    /// <summary>The environment of the measurements.</summary>
    public required EnvironmentInfo Environment { get; init; }

    /// <summary>Further notes for the reader.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The start of the run.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The time of the report.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Means and intervals over seeds, one per method.</summary>
    public IReadOnlyList<MethodSummary> Summary => [.. Rows.Select(MethodSummary.Of)];

    /// <summary>Whether rows are variants of methods, one of which is chosen per method.</summary>
    internal bool IsSweep => Rows.Any(row => row.Variant is not null);

    /// <summary>Every method against "none" and "standard", with a verdict.</summary>
    public IReadOnlyList<Finding> Findings => Finding.All(Rows);

    /// <summary>
    /// The paper's claim, over every teacher and seed: does student accuracy rise with the information in the teacher's logits? Null with
    /// fewer than three teachers. The interval is over the rows where there are at least five, else over teachers, whose seeds are not
    /// independent, so that it is too narrow.
    /// </summary>
    public RankCorrelation? InformationAndStudent => MeasuredTeacher.Correlation(MeasuredTeacher.Of(Rows));

    /// <summary>
    /// The same at equal teacher accuracy, as the claim requires: the rank correlation with the teacher's top-1 held fixed.
    /// </summary>
    public RankCorrelation? InformationAndStudentAtEqualTeacher => MeasuredTeacher.CorrelationAtEqualTeacher(MeasuredTeacher.Of(Rows));
}
