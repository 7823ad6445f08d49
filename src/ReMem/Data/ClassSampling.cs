namespace ReMem.Data;

/// <summary>How often the classes of a split are sampled: a class of n images in proportion to n^q (Kang 2020).</summary>
public enum ClassSampling
{
    /// <summary>q = 1: every image once per epoch.</summary>
    Uniform,

    /// <summary>q = 0: every class as often as any other.</summary>
    Balanced,

    /// <summary>q = 1/2: in between.</summary>
    Sqrt,
}
