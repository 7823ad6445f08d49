namespace ReMem.Reports;

/// <summary>One way of preparing a teacher, over all its seeds.</summary>
internal sealed record TeacherRow
{
    /// <summary>The name of a <see cref="Teachers.TeacherMethod"/>.</summary>
    public required string Method { get; init; }

    /// <summary>The sweep values that the method depends on, such as "rho=0.1"; null outside a sweep.</summary>
    public string? Variant { get; init; }

    /// <summary>
    /// Whether the row represents its method: in a sweep, the variant whose students were best on validation. Default true.
    /// </summary>
    public bool IsChosen { get; init; } = true;

    /// <summary>One per seed.</summary>
    public required IReadOnlyList<SeedRow> Seeds { get; init; }

    /// <summary>The method, with the variant where there is one.</summary>
    public string Name => Variant is null ? Method : $"{Method} {Variant}";
}
