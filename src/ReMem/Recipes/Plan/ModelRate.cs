namespace ReMem.Recipes.Plan;

/// <summary>The cost of a model apart from its training.</summary>
/// <param name="Parameters">Trainable scalars.</param>
/// <param name="Create">Seconds to create it.</param>
/// <param name="EvaluateImage">Seconds per evaluated image, including its view.</param>
/// <param name="Features">Width of the pooled feature.</param>
internal sealed record ModelRate(long Parameters, double Create, double EvaluateImage, int Features)
{
    /// <summary>Bytes of its weights in a file.</summary>
    public long Bytes => 4 * Parameters;
}
