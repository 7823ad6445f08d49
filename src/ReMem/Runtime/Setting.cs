using System.Collections.Concurrent;
using System.Reflection;
using System.Text;

namespace ReMem.Runtime;

/// <summary>
/// A setting of an option record, declared by one property: its name is the key, its attributes are the range, its initial value is the
/// default and its documentation is the sentence of help. Recipes, key=value, command lines, checks,
/// JSON and docs/settings.md all come from it.
/// </summary>
internal sealed class Setting
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<Setting>> Known = [];
    private readonly PropertyInfo? _holder;

    private Setting(PropertyInfo property, PropertyInfo? holder)
    {
        Property = property;
        _holder = holder;
        Key = property.GetCustomAttribute<SettingKeyAttribute>()?.Key ?? Snake(property.Name);
    }

    /// <summary>The name in snake_case.</summary>
    public string Key { get; }

    /// <summary>The declaration.</summary>
    public PropertyInfo Property { get; }

    /// <summary>Of the value.</summary>
    public Type Type => Property.PropertyType;

    /// <summary>Whether the value is a record of settings itself, a block of a recipe.</summary>
    public bool IsBlock => IsRecord(Type);

    /// <summary>
    /// The settings of a record in the order of their declaration, those of <see cref="InlinedAttribute"/> records in their place.
    /// </summary>
    public static IReadOnlyList<Setting> Of(Type type) => Known.GetOrAdd(type, static t => [.. Declared(t)]);

    /// <summary>Whether a type is one of our option records: a class that is made without arguments.</summary>
    public static bool IsRecord(Type type) =>
        type is { IsClass: true, Namespace: { } space } && space.StartsWith("ReMem", StringComparison.Ordinal)
            && type.GetConstructor([]) is not null;

    /// <summary>ImageSize to image_size.</summary>
    public static string Snake(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    /// <summary>Whether the setting is of the record that such a property holds.</summary>
    public bool IsHeldBy(PropertyInfo property) => _holder is not null && _holder.Name == property.Name;

    /// <summary>The value that a record has.</summary>
    public object? Get(object owner) => Property.GetValue(Holder(owner));

    /// <summary>Gives a record that nobody else has yet its value.</summary>
    public void Set(object owner, object? value) => Property.SetValue(Holder(owner), value);

    private object Holder(object owner) => _holder?.GetValue(owner) ?? owner;

    private static IEnumerable<Setting> Declared(Type type)
    {
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            if (property.GetCustomAttribute<InlinedAttribute>() is not { } inlined)
            {
                yield return new Setting(property, null);
                continue;
            }

            foreach (Setting held in Of(property.PropertyType)
                .Where(s => inlined.Only.Count == 0 || inlined.Only.Contains(s.Property.Name)))
                yield return new Setting(held.Property, property);
        }
    }
}
