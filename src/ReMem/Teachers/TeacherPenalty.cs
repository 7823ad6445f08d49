using ReMem.Data;
using ReMem.Models;
using TorchSharp;

namespace ReMem.Teachers;

/// <summary>What is added to the labels' loss of a teacher.</summary>
internal abstract class TeacherPenalty : IDisposable
{
    /// <summary>What it is, for checkpoints: one of another penalty is not resumed.</summary>
    public abstract string Identity { get; }

    /// <summary>Prepares an epoch, before its first step. What it prepares is a function of the weights and the data.</summary>
    /// <param name="model">The teacher at the epoch's begin.</param>
    public virtual void Begin(ImageModel model)
    {
    }

    /// <summary>The penalty of a batch, a scalar with a gradient.</summary>
    /// <param name="model">The teacher.</param>
    /// <param name="logits">What it says of the batch, float32 [B, C].</param>
    /// <param name="batch">The batch.</param>
    /// <param name="ask">What it says of other images, uint8 [B, 3, H, W]: float32 [B, C].</param>
    public abstract torch.Tensor Of(
        ImageModel model, torch.Tensor logits, Batch batch, Func<torch.Tensor, torch.Tensor> ask);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
