using ReMem.Data;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;

namespace ReMem.Teachers;

/// <summary>
/// What a teacher says differently of two views of an image, and how steep it is (SoTeacher, Dong 2022, arXiv 2206.06661): the mean squared
/// distance of its probabilities for both views, and the sum of its weights' largest singular values.
/// </summary>
/// <param name="weight">Of the distance; 0 looks at one view.</param>
/// <param name="norms">Of the singular values; 0 leaves them out. One of the two is above 0.</param>
internal sealed class ConsistencyPenalty(double weight, double norms) : TeacherPenalty
{
    /// <inheritdoc/>
    public override string Identity => FormattableString.Invariant($"consistent {weight} {norms}");

    /// <inheritdoc/>
    public override torch.Tensor Of(ImageModel model, torch.Tensor logits, Batch batch, Func<torch.Tensor, torch.Tensor> ask)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Scalar distance = weight, steep = norms;
        torch.Tensor? sum = null;
        if (weight > 0)
        {
            torch.Tensor views = batch.PairedImages ?? throw new InvalidOperationException("the batches hold one view of each image");
            sum = Distance(logits, ask(views)) * distance;
        }

        if (norms > 0)
        {
            torch.Tensor steepness = SpectralNorms.Sum(model) * steep;
            sum = sum?.Plus(steepness) ?? steepness;
        }

        return sum!.MoveToOuterDisposeScope();
    }

    /// <summary>The mean over images of the squared distance between the probabilities of two sets of logits, [B, C] each.</summary>
    internal static torch.Tensor Distance(torch.Tensor first, torch.Tensor second)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor difference = first.softmax(1) - second.softmax(1);
        return difference.mul(difference).sum(1).mean().MoveToOuterDisposeScope();
    }
}
