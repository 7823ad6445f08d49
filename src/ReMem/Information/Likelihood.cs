namespace ReMem.Information;

/// <summary>What a decoder's drawing says of a pixel.</summary>
internal enum Likelihood
{
    /// <summary>A normal density with one variance for all pixels, fitted beside the decoder: nats are real nats.</summary>
    Gaussian,

    /// <summary>
    /// Binary cross-entropy with the pixel in [0, 1] as a probability, as InfoPro (Wang 2021) has it. Nats of a black-or-white pixel: comparable
    /// among themselves, not with Gaussian ones.
    /// </summary>
    Bce,
}
