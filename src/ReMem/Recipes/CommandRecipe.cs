namespace ReMem.Recipes;

/// <summary>Recipes of commands that have no recipe file: from their own options and key=value pairs, validated as any recipe is.</summary>
internal static class CommandRecipe
{
    /// <summary>What is not trained is measured all the same where splits share images.</summary>
    public const string LeaksAreWarned = "data.on_leakage=warn";

    private static readonly string[] Blocks = ["data.", "teacher.", "student.", "information.", "threads="];

    /// <summary>A recipe of a command's options.</summary>
    /// <param name="name">The command's.</param>
    /// <param name="data">Where the images are.</param>
    /// <param name="onBadImage">"skip" or "fail".</param>
    /// <param name="imageSize">Side of the views, pixels.</param>
    /// <param name="overrides">key=value pairs; a later one wins.</param>
    /// <param name="cropPct">The evaluation views' crop; null is the recipe's default.</param>
    /// <exception cref="InputException">A value is wrong.</exception>
    public static Recipe Assemble(
        string name, string data, string onBadImage, int imageSize, IEnumerable<string> overrides, double? cropPct = null) =>
        Assemble(name, data,
        [
            $"data.on_bad_image={Quote(onBadImage)}", $"data.image_size={imageSize}",
            .. cropPct is { } crop ? new[] { FormattableString.Invariant($"data.crop_pct={crop}") } : [],
            .. overrides,
        ]);

    /// <summary>A recipe of key=value pairs alone.</summary>
    /// <inheritdoc cref="Assemble(string, string, string, int, IEnumerable{string}, double?)"/>
    public static Recipe Assemble(string name, string data, IEnumerable<string> overrides) =>
        RecipeReader.Parse($"name: {name}", "command line", [$"data.source={Quote(data)}", .. overrides]);

    /// <summary>Puts a command's own key=value pairs under its block of the recipe; those of other blocks stay.</summary>
    public static IEnumerable<string> Prefixed(string block, string[]? overrides) => (overrides ?? []).Select(o =>
        Blocks.Any(b => o.StartsWith(b, StringComparison.Ordinal)) ? o : $"{block}.{o}");

    /// <summary>Text as YAML's single-quoted scalar.</summary>
    public static string Quote(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The same of text that may not be given.</summary>
    public static string QuoteOrNull(string? value) => value is null ? "null" : Quote(value);
}
