using ReMem.Teachers;

namespace ReMem.Recipes.Stages;

/// <summary>One method at one seed.</summary>
/// <param name="Method">The method.</param>
/// <param name="Seed">The repetition.</param>
/// <param name="Teacher">Null where the method has none.</param>
/// <param name="Information">What the teacher keeps; null without a teacher.</param>
/// <param name="Student">The student.</param>
internal sealed record MethodRun(TeacherMethod Method, int Seed, TrainedResult? Teacher, MeterResult? Information, TrainedResult Student);
