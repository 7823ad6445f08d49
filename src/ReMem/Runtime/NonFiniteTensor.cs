namespace ReMem.Runtime;

/// <summary>A tensor with a number that is not finite.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">"NaN" or "infinity".</param>
/// <param name="At">Index of the first such number in the flat tensor.</param>
internal sealed record NonFiniteTensor(string Name, string Value, long At);
