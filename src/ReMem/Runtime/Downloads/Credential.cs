namespace ReMem.Runtime.Downloads;

/// <summary>The only server that a token is sent to.</summary>
/// <param name="Origin">Its address.</param>
/// <param name="Token">The token; null is none.</param>
/// <param name="LimitRemedy">What to do, without a token, when it limits the rate of requests.</param>
internal sealed record Credential(Uri Origin, string? Token, string LimitRemedy);
