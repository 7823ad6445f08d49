namespace ReMem.Tests.Eng.Folders.Low;

/// <summary>Uses nothing.</summary>
internal sealed class Harmless
{
    public static List<Harmless> All { get; } = [];
}
