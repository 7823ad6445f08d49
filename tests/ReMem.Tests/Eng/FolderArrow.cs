namespace ReMem.Tests.Eng;

/// <summary>That a type of one folder uses a type of another.</summary>
/// <param name="From">The using type's folder, as "Weights.Hub"; empty for the root.</param>
/// <param name="To">The used type's folder.</param>
/// <param name="User">The using type and member.</param>
/// <param name="Used">The used type.</param>
internal sealed record FolderArrow(string From, string To, string User, string Used)
{
    /// <summary>The first part of <see cref="From"/>.</summary>
    public string Start => Top(From);

    /// <summary>The first part of <see cref="To"/>.</summary>
    public string End => Top(To);

    public override string ToString() => $"{From} -> {To}: {User} uses {Used}";

    private static string Top(string folder) => folder.Split('.')[0];
}
