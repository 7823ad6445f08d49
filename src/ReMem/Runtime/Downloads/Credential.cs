namespace ReMem.Runtime.Downloads;

/// <summary>A server that a token is sent to, and nobody else.</summary>
/// <param name="Origin">Its address.</param>
/// <param name="Token">The token; null is none.</param>
/// <param name="LimitRemedy">What to do, without a token, when it limits how often it may be asked.</param>
internal sealed record Credential(Uri Origin, string? Token, string LimitRemedy);
