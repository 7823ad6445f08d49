using ReMem.Recipes.Stages;
using ReMem.Training;

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

    /// <summary>Trials of the policy 'auto' that are measured.</summary>
    public int TrialsDone { get; init; }

    /// <summary>Epochs of other trials that stand in checkpoints.</summary>
    public int TrialEpochs { get; init; }

    /// <summary>Looks at a run folder, which need not exist.</summary>
    public static PartLeft In(string folder, ComparisonPart part)
    {
        string At(string role, string file) => Path.Combine([folder, .. part.Path, role, file]);
        int? Epochs(string role) => File.Exists(At(role, StageRunner.ResultFile)) ? null : TrainingCheckpoint.EpochsIn(At(role, StageRunner.CheckpointFile));
        bool taught = part.Method.HasTeacher;
        string trials = At("teacher", StageRunner.TrialsFolder);
        ILookup<bool, string> tried = (Directory.Exists(trials) ? Directory.GetDirectories(trials) : []).ToLookup(t => File.Exists(Path.Combine(t, StageRunner.ResultFile)));
        return new PartLeft(part, taught ? Epochs("teacher") : null, taught && !File.Exists(At("teacher", StageRunner.MeterFile)), Epochs("student"))
        {
            TrialsDone = tried[true].Count(),
            TrialEpochs = tried[false].Sum(t => TrainingCheckpoint.EpochsIn(Path.Combine(t, StageRunner.CheckpointFile))),
        };
    }
}
