using ReMem.Evaluation;

namespace ReMem.Reports;

/// <summary>Runs whose teachers may be compared with each other: of the same images, the same student and the same training of it.</summary>
internal sealed record TeacherGroup
{
    /// <summary>What a reader knows it by.</summary>
    public required string Name { get; init; }

    /// <summary>The run or sweep folders.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>The images.</summary>
    public required string Data { get; init; }

    /// <summary>timm's name of the teacher.</summary>
    public required string Teacher { get; init; }

    /// <summary>timm's name of the student.</summary>
    public required string Student { get; init; }

    /// <summary>Every setting of every run, without those of which another run has told already.</summary>
    public required IReadOnlyList<TeacherRow> Rows { get; init; }

    /// <summary>Whether students rise with what their teachers' logits keep, within the group.</summary>
    public RankCorrelation? InformationAndStudent => MeasuredTeacher.Correlation(MeasuredTeacher.Of(Rows));

    /// <summary>The same at equal accuracy of the teacher.</summary>
    public RankCorrelation? InformationAndStudentAtEqualTeacher => MeasuredTeacher.CorrelationAtEqualTeacher(MeasuredTeacher.Of(Rows));

    /// <summary>What can be said of it.</summary>
    internal IEnumerable<string> Sentences() => Finding.Correlations(InformationAndStudent, InformationAndStudentAtEqualTeacher);
}
