using ReMem.Teachers;

namespace ReMem.Recipes.Stages;

/// <summary>One method at one seed.</summary>
/// <param name="Method">The method.</param>
/// <param name="Seed">The repetition.</param>
/// <param name="Teacher">Null where the method has none.</param>
/// <param name="Information">What the teacher keeps; null without a teacher.</param>
/// <param name="Student">The student.</param>
internal sealed record MethodRun(TeacherMethod Method, int Seed, TrainedResult? Teacher, MeterResult? Information, TrainedResult Student)
{
    /// <summary>A part's results in a run's folder; null where it is not done.</summary>
    public static MethodRun? TryRead(ComparisonPart part, string run)
    {
        if (StageFolder.OfStudent(run, part).TryRead<TrainedResult>() is not { } student)
            return null;
        if (!part.Method.HasTeacher)
            return new MethodRun(part.Method, part.Seed, null, null, student);
        StageFolder folder = StageFolder.OfTeacher(run, part);
        return folder.TryRead<TrainedResult>() is { } teacher && folder.TryReadMeter() is { } meter
            ? new MethodRun(part.Method, part.Seed, teacher, meter, student)
            : null;
    }
}
