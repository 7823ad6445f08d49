namespace ReMem.Recipes.Plan;

/// <summary>The cost of all decoders of one feature.</summary>
/// <param name="Fixed">Seconds independent of the number of images.</param>
/// <param name="Row">Additional seconds per training image.</param>
internal sealed record DecoderRate(double Fixed, double Row)
{
    /// <summary>Seconds for this many training images.</summary>
    public double Of(int images) => Fixed + (images * Row);
}
