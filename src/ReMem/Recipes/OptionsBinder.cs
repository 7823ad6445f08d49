using System.Globalization;
using System.Reflection;
using ReMem.Runtime;
using ReMem.Teachers;
using YamlDotNet.RepresentationModel;

namespace ReMem.Recipes;

/// <summary>
/// Fills immutable option records from YAML: keys are the properties in snake_case, unknown ones are refused with the nearest known one and
/// the line, and DataAnnotations ranges are checked with the value named.
/// </summary>
internal static class OptionsBinder
{
    /// <summary>Binds a mapping to a new record of <paramref name="type"/>.</summary>
    /// <param name="node">The mapping.</param>
    /// <param name="type">A record with a parameterless constructor.</param>
    /// <param name="path">The mapping's own key, dotted; empty for the root.</param>
    /// <param name="origin">Where the values are from, for errors.</param>
    public static object Bind(YamlMappingNode node, Type type, string path, RecipeOrigin origin)
    {
        object instance = Activator.CreateInstance(type)!;
        IReadOnlyList<Setting> settings = Setting.Of(type);
        foreach ((YamlNode keyNode, YamlNode value) in node.Children)
        {
            string key = ((YamlScalarNode)keyNode).Value ?? string.Empty;
            string where = origin.Of(Join(path, key), keyNode);
            Setting setting = settings.FirstOrDefault(s => s.Key == key)
                ?? throw Nearest.Unknown("key", Join(path, key), [.. settings.Select(s => Join(path, s.Key))], where);
            setting.Set(instance, Convert(value, setting.Type, Nullability(setting.Property), Join(path, key), origin, where));
            Validate(instance, setting, Join(path, key), where);
        }

        foreach (Setting setting in settings)
        {
            string key = Join(path, setting.Key);
            Validate(instance, setting, key, origin.File);
            // A block that is left out has its defaults, of which a required key has none.
            if (setting.IsBlock && !node.Children.ContainsKey(new YamlScalarNode(setting.Key)))
                Bind(new YamlMappingNode(), setting.Type, key, origin);
        }

        return instance;
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private static NullabilityInfo Nullability(PropertyInfo property) => new NullabilityInfoContext().Create(property);

    private static object? Convert(YamlNode node, Type type, NullabilityInfo nullability, string key, RecipeOrigin origin, string where)
    {
        Type target = Nullable.GetUnderlyingType(type) ?? type;
        if (Setting.IsRecord(target))
            return node is YamlMappingNode mapping ? Bind(mapping, target, key, origin) : throw Wrong(node, key, "a block of keys", where);
        if (target.IsGenericType && target.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            Type element = target.GetGenericArguments()[0];
            YamlNode[] items = node is YamlSequenceNode sequence
                ? [.. sequence.Children]
                : throw Wrong(node, key, "a list, such as [a, b]", where);
            Array values = Array.CreateInstance(element, items.Length);
            for (int i = 0; i < items.Length; i++)
                values.SetValue(Convert(items[i], element, nullability.GenericTypeArguments[0], key, origin, where), i);
            return values;
        }

        if (node is not YamlScalarNode { Value: { } text } scalar)
            throw Wrong(node, key, "a single value", where);
        if (text is "null" or "~" or "" && scalar.Style == YamlDotNet.Core.ScalarStyle.Plain)
        {
            if (nullability.WriteState == NullabilityState.Nullable)
                return null;
            if (text.Length > 0)
                throw new InputException($"'{key}' is null; it must have a value.", where,
                    "Leave the key out for its default, or quote it where the word is meant.");
        }

        return Scalar(text, target) ?? throw Wrong(node, key, Expected(target, text), where);
    }

    private static object? Scalar(string text, Type type)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (type == typeof(string))
            return text;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.Integer, culture, out int i) ? i : null;
        if (type == typeof(long))
            return long.TryParse(text, NumberStyles.Integer, culture, out long l) ? l : null;
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, culture, out double d) ? d : null;
        if (type == typeof(bool))
            return bool.TryParse(text, out bool b) ? b : null;
        if (type == typeof(TeacherMethod))
            return TeacherMethod.Parse(text);
        return type.IsEnum && !char.IsAsciiDigit(text.FirstOrDefault()) && Enum.TryParse(type, text, ignoreCase: true, out object? e)
            ? e
            : null;
    }

    private static string Expected(Type type, string text) => type switch
    {
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type == typeof(bool) => "true or false",
        { IsEnum: true } => DataOptions.OneOf(text, [.. Enum.GetNames(type).Select(Setting.Snake)]),
        _ => "a single value",
    };

    private static InputException Wrong(YamlNode node, string key, string expected, string where) =>
        new($"'{key}' is {(node is YamlScalarNode scalar ? $"'{scalar.Value}'" : "a block")}; it must be {expected}.", where);

    private static void Validate(object instance, Setting setting, string key, string where)
    {
        object? value = setting.Get(instance);
        if (DataOptions.Fault(setting.Property, value) is { } must)
            throw new InputException(FormattableString.Invariant($"'{key}' is '{value}'; it {must}"), where);
        if (value is string text && setting.Property.GetCustomAttribute<SettingTextAttribute>() is { } reader)
            reader.RequireReadable(text, $"{key}, {where}");
    }
}
