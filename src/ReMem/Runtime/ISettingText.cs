namespace ReMem.Runtime;

/// <summary>What a setting's text stands for, so that it can be refused when it is read, and not when it is used.</summary>
internal interface ISettingText
{
    /// <summary>What may be written.</summary>
    static abstract IReadOnlyList<SettingForm> Forms { get; }

    /// <summary>Refuses what cannot be read.</summary>
    /// <param name="text">The setting's.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">It is none of the forms.</exception>
    static abstract void RequireReadable(string text, string where);
}
