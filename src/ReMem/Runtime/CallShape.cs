namespace ReMem.Runtime;

/// <summary>One form of a setting: its name, what stands in its brackets, and what is made of it.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Description">What it means, for help.</param>
/// <param name="Arguments">The numbers in brackets.</param>
/// <param name="Make">Makes the value of those numbers.</param>
internal sealed record CallShape<T>(string Name, string Description, IReadOnlyList<CallArgument> Arguments,
    Func<IReadOnlyList<double>, T> Make)
{
    /// <summary>Whether all numbers are given or none, where they have defaults.</summary>
    public bool AllOrNone { get; init; }

    /// <summary>As messages and help show it: "looksam(k,alpha)".</summary>
    public override string ToString() => Arguments.Count == 0 ? Name : $"{Name}({string.Join(',', Arguments.Select(a => a.Name))})";

    /// <summary>Whether so many numbers may be given.</summary>
    public bool Takes(int count) => AllOrNone && count > 0
        ? count == Arguments.Count
        : count <= Arguments.Count && Arguments.Skip(count).All(a => a.Default is not null);
}
