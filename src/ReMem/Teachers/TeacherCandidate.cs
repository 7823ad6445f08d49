namespace ReMem.Teachers;

/// <summary>One of the ways that a choice by short trials is made from.</summary>
/// <param name="Name">In reports and folders: a method or a policy.</param>
/// <param name="Options">The teacher's.</param>
internal sealed record TeacherCandidate(string Name, TeacherOptions Options)
{
    /// <summary>The name as a folder's.</summary>
    public string Folder => Name.Replace('(', '-').Replace(',', '-').Replace(")", string.Empty, StringComparison.Ordinal);
}
