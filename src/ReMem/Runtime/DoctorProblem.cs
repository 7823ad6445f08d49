namespace ReMem.Runtime;

/// <summary>A problem, or something that will be slow, and what to do.</summary>
/// <param name="IsError">True where nothing works until it is fixed.</param>
/// <param name="What">One line.</param>
/// <param name="Remedy">One line.</param>
internal sealed record DoctorProblem(bool IsError, string What, string Remedy);
