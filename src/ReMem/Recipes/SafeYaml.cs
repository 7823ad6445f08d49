using ReMem.Runtime;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ReMem.Recipes;

/// <summary>
/// Loads YAML whose size, nesting and keys were checked before the tree is built: the parser is recursive, and a file of brackets
/// would overflow the stack.
/// </summary>
internal static class SafeYaml
{
    /// <summary>The maximal number of characters.</summary>
    public const int MaxCharacters = 1 << 20;

    // The maximal depth; our own settings have at most four levels.
    private const int MaxDepth = 32;
    private const int MaxNodes = 100_000;
    private const int MaxAliases = 1000;

    /// <summary>The root of each document.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="what">The sentence's subject: "The recipe".</param>
    /// <param name="place">Its file; the line is added to it.</param>
    /// <exception cref="InputException">It is not YAML, or its nesting, size or keys exceed those of settings.</exception>
    public static IReadOnlyList<YamlNode> Load(string yaml, string what, string place)
    {
        if (yaml.Length > MaxCharacters)
            throw new InputException($"{what} has more than {MaxCharacters} characters.", place, "Check that it is the right file.");
        try
        {
            Check(yaml, what, place);
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return [.. stream.Documents.Select(d => d.RootNode)];
        }
        catch (Exception e) when (Guarded.IsForeign(e))
        {
            string line = e is YamlException { Start.Line: > 0 } at ? $"{place}:{at.Start.Line}" : place;
            throw new InputException(
                $"{what} is not valid YAML: {Guarded.Sentence(e)}.", line, "Fix the line, or start from a file of the folder recipes/.", e);
        }
    }

    private static void Check(string yaml, string what, string place)
    {
        var parser = new Parser(new StringReader(yaml));

        // For each open mapping, whether a key comes next; null for a list.
        var open = new Stack<bool?>();
        (int nodes, int aliases) = (0, 0);
        while (parser.MoveNext())
        {
            ParsingEvent at = parser.Current!;
            if (at is MappingEnd or SequenceEnd)
            {
                open.Pop();
                continue;
            }

            if (at is not (NodeEvent or AnchorAlias))
                continue;
            if (open.TryPeek(out bool? key) && key == true && at is not Scalar)
                throw Refuse("has a key that is not plain text", at, "Write each key as a word.");
            if (++nodes > MaxNodes || (at is AnchorAlias && ++aliases > MaxAliases))
                throw Refuse("has more values than any recipe", at, "Check that it is the right file.");
            if (open.Count > 0 && open.Pop() is var turn)
                open.Push(turn is null ? null : !turn);
            if (at is MappingStart or SequenceStart)
                open.Push(at is MappingStart ? true : null);
            if (open.Count > MaxDepth)
                throw Refuse($"is nested more than {MaxDepth} levels deep", at, "Fix the brackets or the indentation.");
        }

        InputException Refuse(string why, ParsingEvent at, string remedy) => new($"{what} {why}.", $"{place}:{at.Start.Line}", remedy);
    }
}
