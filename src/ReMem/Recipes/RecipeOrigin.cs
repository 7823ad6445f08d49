using YamlDotNet.RepresentationModel;

namespace ReMem.Recipes;

/// <summary>Where a recipe's values are from: a line of its file, or the command line.</summary>
/// <param name="File">The file.</param>
/// <param name="Overridden">Dotted keys that the command line gave.</param>
internal sealed record RecipeOrigin(string File, IReadOnlyList<string> Overridden)
{
    /// <summary>The place of a key, as messages name it.</summary>
    /// <param name="key">Dotted.</param>
    /// <param name="node">The key as it was read.</param>
    public string Of(string key, YamlNode node)
    {
        string? given = Overridden.LastOrDefault(o => key == o || key.StartsWith(o + ".", StringComparison.Ordinal));
        return given is null ? $"{File}:{node.Start.Line}" : $"command line, {given}";
    }
}
