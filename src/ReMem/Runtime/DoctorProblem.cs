namespace ReMem.Runtime;

/// <summary>One thing that is wrong, or will be slow, and what to do.</summary>
/// <param name="IsError">True where nothing works without mending it.</param>
/// <param name="What">One line.</param>
/// <param name="Remedy">One line.</param>
internal sealed record DoctorProblem(bool IsError, string What, string Remedy);
