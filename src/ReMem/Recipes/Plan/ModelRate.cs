namespace ReMem.Recipes.Plan;

/// <summary>What a model costs beside its training.</summary>
/// <param name="Parameters">Trainable scalars.</param>
/// <param name="Create">Seconds to make it.</param>
/// <param name="EvaluateImage">Seconds an image of evaluation takes, its view included.</param>
/// <param name="Features">Width of the pooled feature.</param>
internal sealed record ModelRate(long Parameters, double Create, double EvaluateImage, int Features)
{
    /// <summary>Bytes of its weights in a file.</summary>
    public long Bytes => 4 * Parameters;
}
