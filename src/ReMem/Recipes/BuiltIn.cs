namespace ReMem.Recipes;

/// <summary>Files included with the program: the demo's recipe, data and pretrained teacher.</summary>
internal static class BuiltIn
{
    /// <summary>The demo's recipe file.</summary>
    public static string DemoRecipe => At("recipes/demo.yaml");

    /// <summary>The recipe with its included paths made absolute, so that it runs from any working directory.</summary>
    public static Recipe Resolve(Recipe recipe) => recipe with
    {
        Data = recipe.Data with { Source = Shipped(recipe.Data.Source), Unlabelled = Optional(recipe.Data.Unlabelled) },
        Teacher = recipe.Teacher with { Weights = Optional(recipe.Teacher.Weights) },
        QuotedReport = Optional(recipe.QuotedReport),
    };

    private static string At(string relative) => Path.Combine(AppContext.BaseDirectory, relative);

    private static string? Optional(string? path) => path is null ? null : Shipped(path);

    private static string Shipped(string path) => Path.Exists(At(path)) ? At(path) : path;
}
