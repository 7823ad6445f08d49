namespace ReMem.Weights.Files;

/// <summary>Something that a pickle names by module and name. Naming it imports nothing.</summary>
/// <param name="Name">"module.name".</param>
internal sealed record PickleGlobal(string Name);
