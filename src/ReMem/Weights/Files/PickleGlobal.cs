namespace ReMem.Weights.Files;

/// <summary>A global that a pickle names by module and name. Nothing is imported for it.</summary>
/// <param name="Name">"module.name".</param>
internal sealed record PickleGlobal(string Name);
