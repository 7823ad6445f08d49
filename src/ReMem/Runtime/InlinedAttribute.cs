namespace ReMem.Runtime;

/// <summary>
/// Marks a record of settings that stand among its owner's own: in recipes, on the command line and in JSON they are named as if the owner
/// had declared them. So a record that several others hold is declared once.
/// </summary>
/// <param name="only">The names of the properties that are settings of the owner; none is all.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class InlinedAttribute(params string[] only) : Attribute
{
    /// <summary>The properties that are settings of the owner; empty is all.</summary>
    public IReadOnlyList<string> Only { get; } = only;
}
