using System.Collections;
using System.Globalization;
using System.Text;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Weights.Hub;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ReMem.Recipes;

/// <summary>Reads recipes from YAML with <c>key=value</c> overrides, and writes resolved ones.</summary>
internal static class RecipeReader
{
    /// <summary>Reads and validates a recipe file.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="overrides">"teacher.training.epochs=3" and so on; values are YAML.</param>
    /// <exception cref="InputException">Unreadable file, unknown key, or a value out of range; with file and line.</exception>
    public static Recipe Read(string path, IEnumerable<string>? overrides = null)
    {
        return Parse(InputFile.ReadAllText(path, "recipe", "Recipes ship in the folder recipes/.", SafeYaml.MaxCharacters), path,
            overrides);
    }

    /// <summary>As <see cref="Read"/>, from text.</summary>
    public static Recipe Parse(string yaml, string name, IEnumerable<string>? overrides = null)
    {
        YamlMappingNode root = Load(yaml, name);
        string[] changes = [.. overrides ?? []];
        foreach (string text in changes)
            Override(root, text);
        var origin = new RecipeOrigin(name, [.. changes.Select(text => text[..text.IndexOf('=', StringComparison.Ordinal)])]);
        Recipe recipe = Resolved((Recipe)OptionsBinder.Bind(root, typeof(Recipe), string.Empty, origin), key => origin.Of(root, key));
        RecipeCheck.Require(recipe, key => origin.Of(root, key), name);
        return recipe;
    }

    /// <summary>The recipe with every value written out, as YAML that <see cref="Parse"/> reads back equal.</summary>
    public static string Write(Recipe recipe)
    {
        var text = new StringBuilder();
        Write(text, recipe, 0);
        return text.ToString();
    }

    /// <summary>The recipe with the sources of pretrained weights in place of "auto".</summary>
    private static Recipe Resolved(Recipe recipe, Func<string, string> place)
    {
        string? Source(string? weights, string model, string block) => weights != PretrainedWeights.Auto ? weights
            : PretrainedWeights.Require(model, place($"{block}.weights"), $"Name them: {block}.weights=FILE or hf-hub:owner/name.");
        return recipe with
        {
            Teacher = recipe.Teacher with { Weights = Source(recipe.Teacher.Weights, recipe.Teacher.Model, "teacher") },
            Student = recipe.Student with { Weights = Source(recipe.Student.Weights, recipe.Student.Model, "student") },
        };
    }

    private static YamlMappingNode Load(string yaml, string name)
    {
        return SafeYaml.Load(yaml, "The recipe", name) is [YamlMappingNode root]
            ? root
            : throw new InputException("The recipe is not one block of keys.", name, "Start from a file of the folder recipes/.");
    }

    private static void Override(YamlMappingNode root, string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new InputException($"The override '{text}' is not key=value.", "command line", "For example teacher.training.epochs=3.");
        string value = text[(equals + 1)..].Trim();
        YamlMappingNode node = root;
        string[] keys = text[..equals].Split('.');
        foreach (string key in keys[..^1])
        {
            var child = new YamlScalarNode(key);
            if (!node.Children.TryGetValue(child, out YamlNode? next) || next is not YamlMappingNode)
                node.Children[child] = next = new YamlMappingNode();
            node = (YamlMappingNode)next;
        }

        node.Children[new YamlScalarNode(keys[^1])] = Value(value, text);
    }

    /// <summary>
    /// A value off the command line: lists, blocks and quoted text are YAML; anything else is taken as it stands, "a: b # c" too.
    /// </summary>
    private static YamlNode Value(string value, string text)
    {
        if (value.Length == 0 || !"[{'\"".Contains(value[0], StringComparison.Ordinal))
            return new YamlScalarNode(value) { Style = ScalarStyle.Plain };
        return SafeYaml.Load(value, $"The value of the override '{text}'", "command line") is [{ } node]
            ? node
            : throw new InputException($"The value of the override '{text}' is not one value.", "command line",
                "Quote it, or write a list as [a, b].");
    }

    private static void Write(StringBuilder text, object record, int depth)
    {
        foreach (Setting setting in Setting.Of(record.GetType()))
        {
            object? value = setting.Get(record);
            text.Append(' ', depth * 2).Append(setting.Key).Append(':');
            if (value is not null && setting.IsBlock)
            {
                text.Append('\n');
                Write(text, value, depth + 1);
                continue;
            }

            text.Append(' ').Append(Format(value)).Append('\n');
        }
    }

    /// <summary>A value as YAML has it.</summary>
    internal static string Format(object? value) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        string s => $"'{s.Replace("'", "''", StringComparison.Ordinal)}'",
        TeacherMethod method => $"'{method.Name}'",
        Enum e => Setting.Snake(e.ToString()),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Format))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "null",
    };
}
