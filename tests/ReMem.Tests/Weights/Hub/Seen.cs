namespace ReMem.Tests.Weights.Hub;

/// <summary>A request as the server saw it.</summary>
internal sealed record Seen(string Method, string Path, string? Range, string? Authorization, string? IfRange);
