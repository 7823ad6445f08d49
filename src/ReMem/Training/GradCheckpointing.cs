using ReMem.Models;

namespace ReMem.Training;

/// <summary>Switches a model to computing its blocks again in the backward pass for as long as a training lasts.</summary>
internal static class GradCheckpointing
{
    /// <summary>Switches it on where wanted; disposing the result puts it back.</summary>
    /// <exception cref="InputException">The model has no blocks that could be computed again.</exception>
    public static IDisposable? UseGradCheckpointing(this ImageModel model, bool wanted)
    {
        if (!wanted)
            return null;
        if (model is not TransformerModel transformer)
        {
            throw new InputException(
                $"'{model.Info.Name}' cannot checkpoint its blocks: BatchNorm would count each batch twice.", "training.grad_checkpointing", "Leave it out, or use training.accumulate to save memory.");
        }

        return new Section(transformer);
    }

    private sealed class Section : IDisposable
    {
        private readonly TransformerModel _model;
        private readonly bool _before;

        public Section(TransformerModel model)
        {
            (_model, _before) = (model, model.GradCheckpointing);
            model.GradCheckpointing = true;
        }

        public void Dispose() => _model.GradCheckpointing = _before;
    }
}
