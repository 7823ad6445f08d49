using ReMem.Teachers;

namespace ReMem.Recipes;

/// <summary>What can be computed by itself: one way to prepare the teacher, at one seed, with its student.</summary>
/// <param name="Method">The way.</param>
/// <param name="Seed">The repetition.</param>
internal sealed record ComparisonPart(TeacherMethod Method, int Seed)
{
    /// <summary>Its folder inside the run's.</summary>
    public IReadOnlyList<string> Path => [$"seed-{Seed}", Method.Name];
}
