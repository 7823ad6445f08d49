using ReMem.Distillation;
using ReMem.Teachers;

namespace ReMem.Projects;

/// <summary>
/// The texts of <see cref="TeacherOptions.RhoSchedule"/> and <see cref="DistillationOptions.WeightSchedule"/>, for those who would rather
/// not write them by hand.
/// </summary>
public static class Schedule
{
    /// <summary>The setting's value throughout.</summary>
    public static string Constant => "constant";

    /// <summary>With the learning rate; the setting's value at its peak.</summary>
    public static string WithLearningRate => "lr";

    /// <summary>In a straight line from a start at the first step to the setting's value at the last.</summary>
    /// <param name="start">0 to 10 for rho, 0 to 1 for the teacher's weight.</param>
    public static string Linear(double start) => FormattableString.Invariant($"linear({start})");

    /// <summary>Along half a cosine from a start at the first step to the setting's value at the last.</summary>
    /// <param name="start">0 to 10 for rho, 0 to 1 for the teacher's weight.</param>
    public static string Cosine(double start) => FormattableString.Invariant($"cosine({start})");
}
