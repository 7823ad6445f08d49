namespace ReMem.Runtime;

/// <summary>Says that a setting's text is read as a <typeparamref name="T"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ReadAsAttribute<T> : SettingTextAttribute
    where T : ISettingText
{
    /// <inheritdoc/>
    public override IReadOnlyList<SettingForm> Forms => T.Forms;

    /// <inheritdoc/>
    public override void RequireReadable(string text, string where) => T.RequireReadable(text, where);
}
