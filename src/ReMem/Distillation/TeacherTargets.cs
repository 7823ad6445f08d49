using ReMem.Data;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>
/// A teacher's outputs for the views that a student sees. With recycled views each is computed once and kept: views are a pure function of
/// (seed, view epoch, index), so the kept row is the live one.
/// </summary>
public sealed class TeacherTargets : IDisposable
{
    private readonly ImageModel _teacher;
    private readonly bool _features;
    private readonly Tensor? _kept;
    private readonly bool[,]? _known;

    /// <summary>Binds the teacher, which is put in eval mode.</summary>
    /// <param name="teacher">Answers.</param>
    /// <param name="samples">Size of the training split.</param>
    /// <param name="views">Views an image before they repeat; 0 keeps nothing.</param>
    /// <param name="features">Whether the pooled feature is wanted beside the logits.</param>
    public TeacherTargets(ImageModel teacher, int samples, int views, bool features = false)
    {
        _teacher = teacher;
        _features = features;
        _teacher.eval();
        if (views == 0)
            return;
        _kept = zeros(views, samples, teacher.Options.NumClasses + (features ? teacher.NumFeatures : 0)).DetachFromDisposeScope();
        _known = new bool[views, samples];
    }

    /// <summary>The outputs for the batch's images, without gradient; the caller's scope owns them.</summary>
    /// <param name="batch">The student's own views.</param>
    /// <param name="view">Which of the recycled views the batch shows.</param>
    public BatchOutputs For(Batch batch, int view)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor rows = Rows(batch, view);
        int classes = _teacher.Options.NumClasses;
        return _features
            ? new BatchOutputs(rows.narrow(1, 0, classes).MoveToOuterDisposeScope(), rows.narrow(1, classes, _teacher.NumFeatures).MoveToOuterDisposeScope())
            : new BatchOutputs(rows.MoveToOuterDisposeScope(), null);
    }

    /// <inheritdoc/>
    public void Dispose() => _kept?.Dispose();

    /// <summary>Logits, then the feature where it is wanted: [B, C] or [B, C + D].</summary>
    private Tensor Rows(Batch batch, int view)
    {
        // Mixed images never come back.
        if (_kept is null || _known is null || batch.Mix is not null)
            return Live(batch);
        Tensor rows = tensor(batch.Indices.Select(i => (long)i).ToArray());
        if (!batch.Indices.All(i => _known[view, i]))
        {
            _kept[view].index_copy_(0, rows, Live(batch));
            foreach (int index in batch.Indices)
                _known[view, index] = true;
        }

        return _kept[view].index_select(0, rows);
    }

    private Tensor Live(Batch batch)
    {
        // A teacher of another size has the same views at that size.
        Tensor input = _teacher.Info.Normalization.Apply(batch.SecondImages ?? batch.Images);
        if (!_features)
            return _teacher.call(input);
        Tensor maps = _teacher.ForwardFeatures(input);
        return cat([_teacher.ForwardHead(maps), _teacher.ForwardHead(maps, preLogits: true)], 1);
    }
}
