namespace ReMem.Data;

/// <summary>How often the classes of a split are drawn. A class of n images is drawn in proportion to n^q (Kang 2020).</summary>
public enum ClassSampling
{
    /// <summary>q = 1: every image once an epoch.</summary>
    Uniform,

    /// <summary>q = 0: every class as often as any other.</summary>
    Balanced,

    /// <summary>q = 1/2: half way between.</summary>
    Sqrt,
}
