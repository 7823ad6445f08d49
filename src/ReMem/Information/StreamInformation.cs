namespace ReMem.Information;

/// <summary>The information that the token stream keeps about the image at one point. Nats per pixel channel.</summary>
/// <param name="Token">I_hat of the class token, or of the mean token where there is none.</param>
/// <param name="Patches">I_hat of the patch tokens, as a map.</param>
internal sealed record StreamInformation(InformationResult Token, InformationResult Patches);
