using ReMem.Data;
using ReMem.Distillation.Losses;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>
/// A teacher's outputs for the views that a student sees. With recycled views each is computed once and kept in memory: views are a pure
/// function of (seed, view epoch, slot), so the kept row is the live one. A teacher cache keeps them on disk.
/// </summary>
internal sealed class TeacherTargets : ITeacherTargets
{
    private const long MaxMapBytes = 1L << 30;
    private readonly ImageModel _teacher;
    private readonly TargetSpec _spec;
    private readonly Precision _precision;
    private readonly BatchLoader? _loader;
    private readonly CancellationToken _cancel;
    private readonly KeptOutputs? _kept;

    /// <summary>The logits of a teacher, which is put in eval mode, and its pooled feature where that is wanted.</summary>
    /// <param name="teacher">Answers.</param>
    /// <param name="samples">Size of the training split.</param>
    /// <param name="views">Views per image before they repeat; 0 keeps nothing.</param>
    /// <param name="features">Whether the pooled feature is wanted besides the logits.</param>
    /// <param name="precision">Of the teacher's pass.</param>
    public TeacherTargets(ImageModel teacher, int samples, int views, bool features = false, Precision precision = Precision.Fp32)
        : this(teacher, samples, views, new TargetSpec(teacher.Options.NumClasses, features ? teacher.NumFeatures : 0), null, precision)
    {
    }

    /// <summary>Chosen outputs of a teacher, which is put in eval mode.</summary>
    /// <param name="teacher">Answers.</param>
    /// <param name="samples">Size of the training split.</param>
    /// <param name="views">Views per image before they repeat; 0 keeps nothing.</param>
    /// <param name="spec">The wanted outputs.</param>
    /// <param name="loader">
    /// Makes all of a view at once, image after image, when its first is asked for, so that last bits do not depend on what an image met in
    /// its batch and a resumed training sees the same; null asks batch by batch.
    /// </param>
    /// <param name="precision">Of the teacher's pass.</param>
    /// <param name="cancellationToken">Stops between the batches of a view.</param>
    internal TeacherTargets(
        ImageModel teacher, int samples, int views, TargetSpec spec, BatchLoader? loader, Precision precision = Precision.Fp32,
        CancellationToken cancellationToken = default)
    {
        _cancel = cancellationToken;
        _precision = precision;
        _teacher = teacher;
        _spec = spec;
        _loader = loader;
        _teacher.eval();
        if (views == 0 || !Keeps(samples, views, spec))
            return;
        _kept = new KeptOutputs(zeros(views, samples, spec.Width).DetachFromDisposeScope(), new bool[views, samples]);
    }

    /// <summary>The message about recycled views whose tokens or attention are compared.</summary>
    internal static string Description(int samples, int views, TargetSpec spec)
    {
        string size = $"the tokens or attention of {(views == 1 ? "one view" : $"{views} views")} of {samples} images take "
            + $"{DiskSpace.Text(Bytes(samples, views, spec))}";
        return Keeps(samples, views, spec)
            ? $"{size}, which are kept in memory: the teacher runs once a view"
            : $"{size}, too much to keep: the teacher runs in every epoch";
    }

    /// <summary>Whether recycled views are kept: what is said of places is, while it takes no more than a gibibyte.</summary>
    internal static bool Keeps(int samples, int views, TargetSpec spec) => !spec.HasMaps || Bytes(samples, views, spec) <= MaxMapBytes;

    /// <summary>The memory that it takes.</summary>
    internal static long Bytes(int samples, int views, TargetSpec spec) => spec.Width * samples * views * sizeof(float);

    /// <summary>The outputs for the batch's images, without gradient; the caller's scope owns them.</summary>
    /// <param name="batch">The student's own views.</param>
    /// <param name="view">Which of the recycled views the batch shows.</param>
    public BatchOutputs For(Batch batch, int view)
    {
        if (_kept is null)
            return TeacherOutputs.Of(_teacher, batch, _spec, _precision);
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        if (!batch.Slots.All(slot => _kept.Known[view, slot]))
            Fill(batch, view, _kept);
        return _spec.Unpack(_kept.Rows[view].index_select(0, Index(batch))).Map(part => part.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose() => _kept?.Rows.Dispose();

    private void Fill(Batch batch, int view, KeptOutputs kept)
    {
        if (_loader is null)
        {
            Keep(batch, view, kept);
            return;
        }

        foreach (Batch part in _loader.Slots(view, 0, _loader.SlotsPerEpoch))
        {
            using (part)
            {
                _cancel.ThrowIfCancellationRequested();
                Keep(part, view, kept);
            }
        }
    }

    private void Keep(Batch batch, int view, KeptOutputs kept)
    {
        using DisposeScope scope = NewDisposeScope();
        kept.Rows[view].index_copy_(0, Index(batch), TargetSpec.Pack(TeacherOutputs.Of(_teacher, batch, _spec, _precision)));
        foreach (int slot in batch.Slots)
            kept.Known[view, slot] = true;
    }

    private static Tensor Index(Batch batch) => tensor(batch.Slots.Select(slot => (long)slot).ToArray());

    /// <summary>What is kept of recycled views.</summary>
    /// <param name="Rows">[views, images, numbers].</param>
    /// <param name="Known">Which rows are filled.</param>
    private sealed record KeptOutputs(Tensor Rows, bool[,] Known);
}
