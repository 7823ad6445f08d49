namespace ReMem.Evaluation;

/// <summary>The interval of a share of independent images, such as a top-1 accuracy.</summary>
internal static class ShareInterval
{
    private const double Normal975 = 1.959964;

    /// <summary>Wilson's 95 % interval (Wilson 1927), within [0, 1].</summary>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="count">Number of images, 1 or more.</param>
    public static (double Low, double High) Wilson(double share, int count)
    {
        double z2 = Normal975 * Normal975 / count;
        double centre = (share + (z2 / 2)) / (1 + z2);
        double half = Normal975 / (1 + z2) * Math.Sqrt((share * (1 - share) / count) + (z2 / (4 * count)));
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
