namespace ReMem.Runtime;

/// <summary>A number in the brackets of a <see cref="CallShape{T}"/>.</summary>
/// <param name="Name">As forms show it, such as "k".</param>
/// <param name="Min">The smallest allowed.</param>
/// <param name="Max">The largest allowed.</param>
/// <param name="Default">What it is where it is left out; null where it must be given.</param>
internal sealed record CallArgument(string Name, double Min, double Max, double? Default = null)
{
    /// <summary>What errors call it. Default: its name.</summary>
    public string Spoken { get; init; } = Name;

    /// <summary>Whether it must be whole.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Any finite number, whose range is checked by whoever reads it.</summary>
    public static CallArgument Any(string name, double? value = null) => new(name, double.MinValue, double.MaxValue, value);

    /// <summary>A whole number.</summary>
    public static CallArgument Count(string name, int min, int max) => new(name, min, max) { IsWhole = true };
}
