namespace ReMem.Information;

/// <summary>What the token stream keeps of the image at one place. Nats per pixel channel.</summary>
/// <param name="Token">Of the class token, or of the mean token where there is none.</param>
/// <param name="Patches">Of the patch tokens, as a map.</param>
internal sealed record StreamInformation(InformationResult Token, InformationResult Patches);
