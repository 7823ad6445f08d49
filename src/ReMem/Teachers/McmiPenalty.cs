using ReMem.Data;
using ReMem.Evaluation;
using ReMem.Models;
using TorchSharp;

namespace ReMem.Teachers;

/// <summary>
/// Minus a multiple of the conditional mutual information, so that it rises (MCMI, Ye 2024). The class means are those of the weights at
/// the epoch's begin.
/// </summary>
/// <param name="weight">The multiple, lambda.</param>
/// <param name="answers">What a teacher says of the training images.</param>
internal sealed class McmiPenalty(double weight, Func<ImageModel, ModelOutputs> answers) : TeacherPenalty
{
    private ConditionalInformation? _means;

    /// <inheritdoc/>
    public override string Identity => FormattableString.Invariant($"mcmi {weight}");

    /// <inheritdoc/>
    public override void Begin(ImageModel model)
    {
        using ModelOutputs outputs = answers(model);
        _means?.Dispose();
        _means = ConditionalInformation.Of(outputs.Logits, outputs.Labels);
    }

    /// <inheritdoc/>
    public override torch.Tensor Of(ImageModel model, torch.Tensor logits, Batch batch, Func<torch.Tensor, torch.Tensor> ask)
    {
        using torch.Tensor kept = _means!.Mean(logits, batch.Labels);
        using Scalar minus = -weight;
        return kept * minus;
    }

    /// <inheritdoc/>
    public override void Dispose() => _means?.Dispose();
}
