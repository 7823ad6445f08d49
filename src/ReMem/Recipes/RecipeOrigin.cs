using YamlDotNet.RepresentationModel;

namespace ReMem.Recipes;

/// <summary>Where a recipe's values are from: a line of its file, or the command line.</summary>
/// <param name="File">The file.</param>
/// <param name="Overridden">Dotted keys that the command line gave.</param>
internal sealed record RecipeOrigin(string File, IReadOnlyList<string> Overridden)
{
    /// <summary>The place of a key that may have been left out, which is then the file.</summary>
    /// <param name="root">The whole recipe, overrides included.</param>
    /// <param name="key">Dotted.</param>
    public string Of(YamlMappingNode root, string key)
    {
        YamlNode at = root;
        YamlNode? found = null;
        foreach (string part in key.Split('.'))
        {
            found = at is YamlMappingNode block
                ? block.Children.Keys.FirstOrDefault(k => k is YamlScalarNode { Value: { } name } && name == part)
                : null;
            if (found is null)
                return File;
            at = ((YamlMappingNode)at).Children[found];
        }

        return Of(key, found!);
    }

    /// <summary>The place of a key, as messages name it.</summary>
    /// <param name="key">Dotted.</param>
    /// <param name="node">The key as it was read.</param>
    public string Of(string key, YamlNode node)
    {
        string? given = Overridden.LastOrDefault(o => key == o || key.StartsWith(o + ".", StringComparison.Ordinal));
        return given is null ? $"{File}:{node.Start.Line}" : $"command line, {given}";
    }
}
