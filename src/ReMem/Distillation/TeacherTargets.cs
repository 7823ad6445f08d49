using ReMem.Data;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>
/// A teacher's logits for the views that a student sees. With recycled views each is computed once and kept: views are a pure function of
/// (seed, view epoch, index), so the kept row is the live one.
/// </summary>
public sealed class TeacherTargets : IDisposable
{
    private readonly ImageModel _teacher;
    private readonly Tensor? _kept;
    private readonly bool[,]? _known;

    /// <summary>Binds the teacher, which is put in eval mode.</summary>
    /// <param name="teacher">Answers.</param>
    /// <param name="samples">Size of the training split.</param>
    /// <param name="views">Views an image before they repeat; 0 keeps nothing.</param>
    public TeacherTargets(ImageModel teacher, int samples, int views)
    {
        _teacher = teacher;
        _teacher.eval();
        if (views == 0)
            return;
        _kept = zeros(views, samples, teacher.Options.NumClasses).DetachFromDisposeScope();
        _known = new bool[views, samples];
    }

    /// <summary>Logits [B, C] of the batch's images, without gradient.</summary>
    /// <param name="batch">The student's own views.</param>
    /// <param name="view">Which of the recycled views the batch shows.</param>
    public Tensor For(Batch batch, int view)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        // Mixed images never come back.
        if (_kept is null || _known is null || batch.Mix is not null)
            return Live(batch.Images).MoveToOuterDisposeScope();

        Tensor rows = tensor(batch.Indices.Select(i => (long)i).ToArray());
        if (!batch.Indices.All(i => _known[view, i]))
        {
            _kept[view].index_copy_(0, rows, Live(batch.Images));
            foreach (int index in batch.Indices)
                _known[view, index] = true;
        }

        return _kept[view].index_select(0, rows).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _kept?.Dispose();

    private Tensor Live(Tensor images) => _teacher.call(_teacher.Info.Normalization.Apply(images));
}
