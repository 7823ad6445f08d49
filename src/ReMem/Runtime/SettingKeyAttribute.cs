namespace ReMem.Runtime;

/// <summary>The key of a setting where it is not the property's name in snake_case.</summary>
/// <param name="key">The key.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingKeyAttribute(string key) : Attribute
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;
}
