namespace ReMem.Runtime;

/// <summary>One thing that a setting's text may be.</summary>
/// <param name="Text">As it is written: "every(k)".</param>
/// <param name="Description">What it means.</param>
internal sealed record SettingForm(string Text, string Description)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
