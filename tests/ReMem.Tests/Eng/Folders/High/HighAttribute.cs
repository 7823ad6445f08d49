namespace ReMem.Tests.Eng.Folders.High;

/// <summary>Represents a type of a folder late in the order; see <see cref="FolderOrderTests"/>.</summary>
[AttributeUsage(AttributeTargets.All)]
internal sealed class HighAttribute : Attribute
{
    public static readonly int Field = Environment.ProcessorCount;

    public static void Call()
    {
    }
}
