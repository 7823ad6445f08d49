namespace ReMem.Runtime;

/// <summary>Says what reads the text of a setting.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class SettingTextAttribute : Attribute
{
    /// <summary>What may be written.</summary>
    public abstract IReadOnlyList<SettingForm> Forms { get; }

    /// <summary>Refuses what cannot be read.</summary>
    /// <param name="text">The setting's.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">It is none of the forms.</exception>
    public abstract void RequireReadable(string text, string where);
}
