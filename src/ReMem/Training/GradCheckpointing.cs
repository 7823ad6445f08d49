using ReMem.Models;

namespace ReMem.Training;

/// <summary>Switches gradient checkpointing on for the duration of a training.</summary>
internal static class GradCheckpointing
{
    /// <summary>Switches it on where requested; disposing the result restores the setting.</summary>
    /// <exception cref="InputException">The model cannot checkpoint its blocks.</exception>
    public static IDisposable? UseGradCheckpointing(this ImageModel model, bool wanted)
    {
        if (!wanted)
            return null;
        if (model is not TransformerModel transformer)
        {
            throw new InputException(
                $"'{model.Info.Name}' cannot checkpoint its blocks: BatchNorm would count each batch twice.", "training.grad_checkpointing",
                "Leave it out, or use training.accumulate to save memory.");
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
