namespace ReMem.Information;

/// <summary>The likelihood of a pixel given a decoder's drawing.</summary>
internal enum Likelihood
{
    /// <summary>A normal density with one variance for all pixels, fitted with the decoder: the result is in true nats.</summary>
    Gaussian,

    /// <summary>
    /// Binary cross-entropy with the pixel in [0, 1] as a probability, as in InfoPro (Wang 2021). Nats of a black-or-white pixel:
    /// comparable with each other, not with Gaussian ones.
    /// </summary>
    Bce,
}
