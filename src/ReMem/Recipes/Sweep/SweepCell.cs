using ReMem.Teachers;

namespace ReMem.Recipes.Sweep;

/// <summary>
/// A method at the values that it depends on: what a sweep computes once a seed, however many points of the grid share it.
/// </summary>
/// <param name="Method">The method.</param>
/// <param name="Variant">The values, such as "rho=0.1"; null where the method depends on none.</param>
/// <param name="Folder">Its folder in the sweep's.</param>
/// <param name="Recipe">With this method alone.</param>
/// <param name="TeacherInputs">All that the teacher is a function of but the seed; null without a teacher.</param>
/// <param name="MeterInputs">The same of its measurement.</param>
internal sealed record SweepCell(TeacherMethod Method, string? Variant, string Folder, Recipe Recipe, string? TeacherInputs,
    string? MeterInputs)
{
    /// <summary>As tables show it.</summary>
    public string Name => Variant is null ? Method.Name : $"{Method} {Variant}";
}
