using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>Runs whose teachers are comparable: with the same images, the same student and the same student training.</summary>
internal sealed record TeacherGroup
{
    /// <summary>The group's name.</summary>
    public required string Name { get; init; }

    /// <summary>The run or sweep folders.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>The images.</summary>
    public required string Data { get; init; }

    /// <summary>timm's name of the teacher.</summary>
    public required string Teacher { get; init; }

    /// <summary>timm's name of the student.</summary>
    public required string Student { get; init; }

    /// <summary>Every setting of every run, without those that another run already has.</summary>
    public required IReadOnlyList<TeacherRow> Rows { get; init; }

    /// <summary>Whether student accuracy rises with the information in the teachers' logits, within the group.</summary>
    public RankCorrelation? InformationAndStudent => MeasuredTeacher.Correlation(MeasuredTeacher.Of(Rows));

    /// <summary>The same at equal teacher accuracy.</summary>
    public RankCorrelation? InformationAndStudentAtEqualTeacher => MeasuredTeacher.CorrelationAtEqualTeacher(MeasuredTeacher.Of(Rows));

    /// <summary>The findings.</summary>
    internal IEnumerable<string> Sentences() => Finding.Correlations(InformationAndStudent, InformationAndStudentAtEqualTeacher);
}
