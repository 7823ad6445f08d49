using System.ComponentModel.DataAnnotations;
using System.Reflection;
using ReMem.Runtime;
using ReMem.Teachers;

namespace ReMem.Recipes;

/// <summary>
/// A setting of a recipe under its full key: what recipes, key=value pairs, options of commands and docs/settings.md know of it.
/// </summary>
/// <param name="Key">Dotted, such as teacher.training.epochs.</param>
/// <param name="Declaration">Its property.</param>
/// <param name="Default">The value where it is left out.</param>
internal sealed record RecipeSetting(string Key, Setting Declaration, object? Default)
{
    private static readonly (Type Type, string Kind)[] Kinds =
    [
        (typeof(int), "whole number"), (typeof(long), "whole number"), (typeof(double), "number"), (typeof(bool), "true or false"),
        (typeof(string), "text"),
    ];

    /// <summary>Every setting, in a recipe's order.</summary>
    public static IReadOnlyList<RecipeSetting> All { get; } = [.. Leaves(new Recipe(), string.Empty)];

    /// <summary>The block that it stands in, dotted; empty at the root.</summary>
    public string Block => Key.LastIndexOf('.') is > 0 and var dot ? Key[..dot] : string.Empty;

    /// <summary>Its own name, without the block.</summary>
    public string Name => Declaration.Key;

    /// <summary>What reads its text, where it has forms; null elsewhere.</summary>
    public SettingTextAttribute? Reader => Declaration.Property.GetCustomAttribute<SettingTextAttribute>();

    /// <summary>The words that it may be; null where it may be more.</summary>
    public IReadOnlyList<string>? Choices => Element switch
    {
        { IsEnum: true } type => [.. Enum.GetNames(type).Select(Setting.Snake)],
        var type when type == typeof(TeacherMethod) => [.. TeacherMethod.All.Select(m => m.Name)],
        _ => null,
    };

    /// <summary>What it may be, in words: "whole number, 1 to 10000".</summary>
    public string Kind
    {
        get
        {
            string kind = Choices is { } words ? string.Join(", ", words) : Kinds.First(k => k.Type == Element).Kind;
            return (Declaration.Type == Element || Nullable.GetUnderlyingType(Declaration.Type) is not null ? kind : $"list of {kind}")
                + Range;
        }
    }

    /// <summary>The default as it would be written.</summary>
    public string DefaultText => RecipeReader.Format(Default);

    /// <summary>Of the value, or of each where it is a list.</summary>
    private Type Element => Nullable.GetUnderlyingType(Declaration.Type)
        ?? (Declaration.Type.IsGenericType ? Declaration.Type.GetGenericArguments()[0] : Declaration.Type);

    private string Range => Declaration.Property.GetCustomAttribute<RangeAttribute>() is not { } range ? string.Empty
        : range.Maximum is int.MaxValue ? $", {range.Minimum} or more"
        : FormattableString.Invariant($", {range.Minimum} to {range.Maximum}");

    /// <summary>The setting of a full key.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static RecipeSetting Of(string key) =>
        All.FirstOrDefault(s => s.Key == key) ?? throw Nearest.Unknown("setting", key, [.. All.Select(s => s.Key)]);

    private static IEnumerable<RecipeSetting> Leaves(object record, string path)
    {
        foreach (Setting setting in Setting.Of(record.GetType()))
        {
            object? value = setting.Get(record);
            if (setting.IsBlock)
            {
                foreach (RecipeSetting leaf in Leaves(value!, $"{path}{setting.Key}."))
                    yield return leaf;
            }
            else
            {
                yield return new RecipeSetting(path + setting.Key, setting, value);
            }
        }
    }
}
