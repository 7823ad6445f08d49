namespace ReMem.Recipes.Plan;

/// <summary>What all the meter's decoders of one feature cost.</summary>
/// <param name="Fixed">Seconds whatever the number of images.</param>
/// <param name="Row">Further seconds a training image.</param>
internal sealed record DecoderRate(double Fixed, double Row)
{
    /// <summary>Seconds of so many training images.</summary>
    public double Of(int images) => Fixed + (images * Row);
}
