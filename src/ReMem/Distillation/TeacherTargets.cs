using ReMem.Data;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>
/// A teacher's outputs for the views that a student sees. With recycled views each is computed once and kept in memory: views are a pure function of
/// (seed, view epoch, slot), so the kept row is the live one. <see cref="Cache.TeacherCache"/> keeps them on disk.
/// </summary>
public sealed class TeacherTargets : ITeacherTargets
{
    private readonly ImageModel _teacher;
    private readonly bool _features;
    private readonly string _precision;
    private readonly Tensor? _kept;
    private readonly bool[,]? _known;

    /// <summary>Binds the teacher, which is put in eval mode.</summary>
    /// <param name="teacher">Answers.</param>
    /// <param name="samples">Size of the training split.</param>
    /// <param name="views">Views an image before they repeat; 0 keeps nothing.</param>
    /// <param name="features">Whether the pooled feature is wanted beside the logits.</param>
    /// <param name="precision">"fp32" or "bf16", of the teacher's pass.</param>
    public TeacherTargets(ImageModel teacher, int samples, int views, bool features = false, string precision = "fp32")
    {
        _precision = precision;
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
        if (_kept is null || _known is null)
            return TeacherOutputs.Of(_teacher, batch, _features, _precision);
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        int[] slots = [.. batch.Slots];
        Tensor rows = tensor(slots.Select(i => (long)i).ToArray());
        if (!slots.All(i => _known[view, i]))
        {
            BatchOutputs live = TeacherOutputs.Of(_teacher, batch, _features, _precision);
            _kept[view].index_copy_(0, rows, live.Features is null ? live.Logits : cat([live.Logits, live.Features], 1));
            foreach (int slot in slots)
                _known[view, slot] = true;
        }

        Tensor kept = _kept[view].index_select(0, rows);
        int classes = _teacher.Options.NumClasses;
        return _features
            ? new BatchOutputs(kept.narrow(1, 0, classes).MoveToOuterDisposeScope(), kept.narrow(1, classes, _teacher.NumFeatures).MoveToOuterDisposeScope())
            : new BatchOutputs(kept.MoveToOuterDisposeScope(), null);
    }

    /// <inheritdoc/>
    public void Dispose() => _kept?.Dispose();
}
