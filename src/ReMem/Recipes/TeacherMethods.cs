using ReMem.Teachers;

namespace ReMem.Recipes;

/// <summary>The five ways to prepare a teacher.</summary>
internal static class TeacherMethods
{
    /// <summary>none, standard, sam, reweighted, both.</summary>
    public static IReadOnlyList<string> All { get; } = ["none", "standard", "sam", "reweighted", "both"];

    /// <summary>What of a teacher's recipe counts for every method: all but what <see cref="Options"/> takes from it and how 'auto' is tried, which are at their defaults.</summary>
    internal static TeacherRecipe Common(TeacherRecipe recipe)
    {
        var unset = new TeacherRecipe();
        return recipe with
        {
            Rho = unset.Rho,
            Adaptive = unset.Adaptive,
            Sharpness = unset.Sharpness,
            RhoSchedule = unset.RhoSchedule,
            MSharpness = unset.MSharpness,
            Reweighting = unset.Reweighting,
            AutoEpochs = unset.AutoEpochs,
        };
    }

    /// <summary>The teacher options of a method; null for "none", which has no teacher.</summary>
    /// <exception cref="InputException">Unknown method.</exception>
    public static TeacherOptions? Options(string method, TeacherRecipe recipe) => method switch
    {
        "none" => null,
        "standard" => new TeacherOptions(),
        "sam" => Sharp(recipe),
        "reweighted" => new TeacherOptions { Reweighting = recipe.Reweighting },
        "both" => Sharp(recipe) with { Reweighting = recipe.Reweighting },
        _ => throw Runtime.Nearest.Unknown("method", method, [.. All], "methods"),
    };

    private static TeacherOptions Sharp(TeacherRecipe recipe) => new()
    {
        Rho = recipe.Rho,
        Adaptive = recipe.Adaptive,
        Sharpness = recipe.Sharpness,
        RhoSchedule = recipe.RhoSchedule,
        MSharpness = recipe.MSharpness,
    };
}
