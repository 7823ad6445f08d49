using ReMem.Recipes.Stages;

namespace ReMem.Recipes.Plan;

/// <summary>What is left of a part.</summary>
/// <param name="Part">Which.</param>
/// <param name="TeacherEpochs">Epochs of its teacher that stand in a checkpoint; null where the teacher is done, or there is none.</param>
/// <param name="MeterLeft">Whether the meter is still to run.</param>
/// <param name="StudentEpochs">Epochs of its student that stand in a checkpoint; null where the student is done.</param>
internal sealed record PartLeft(ComparisonPart Part, int? TeacherEpochs, bool MeterLeft, int? StudentEpochs)
{
    /// <summary>Whether nothing is left.</summary>
    public bool IsDone => TeacherEpochs is null && !MeterLeft && StudentEpochs is null;

    /// <summary>Trials of 'auto' that are measured.</summary>
    public int TrialsDone { get; init; }

    /// <summary>Epochs of other trials that stand in checkpoints.</summary>
    public int TrialEpochs { get; init; }

    /// <summary>Looks at a run folder, which need not exist.</summary>
    public static PartLeft In(string folder, ComparisonPart part)
    {
        StageFolder teacher = StageFolder.OfTeacher(folder, part);
        static int? Epochs(StageFolder stage) => stage.IsDone ? null : stage.CheckpointEpochs;
        bool taught = part.Method.HasTeacher;
        ILookup<bool, StageFolder> trials = teacher.Trials.ToLookup(t => t.IsDone);
        return new PartLeft(part, taught ? Epochs(teacher) + TeacherStage.EpochsAfter(teacher) : null, taught && !teacher.IsMeasured,
            Epochs(StageFolder.OfStudent(folder, part)))
        {
            TrialsDone = trials[true].Count(),
            TrialEpochs = trials[false].Sum(t => t.CheckpointEpochs),
        };
    }
}
