using System.Runtime.InteropServices;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Cache;

/// <summary>
/// The 16-bit form of one image's outputs in a cache: the logits as 16-bit floats, all of them, or the top k with their classes and the
/// remaining mass (the logarithm of the other logits' summed exponentials); then the pooled feature, tokens and attention, where they are
/// stored.
/// </summary>
/// <param name="spec">The stored outputs.</param>
internal sealed class TargetRow(TargetSpec spec)
{
    /// <summary>Bytes per row.</summary>
    public int Bytes => sizeof(ushort) * (Floats + TopK);

    /// <summary>An upper bound of the numbers per row, which cannot overflow.</summary>
    public long Numbers => spec.Width + (2L * TopK) + 1;

    private int Logits => TopK == 0 ? spec.Classes : TopK + 1;

    private int TopK => spec.TopK;

    private int Floats => Logits + checked((int)spec.Width) - spec.Classes;

    /// <summary>The rows of a batch, one after the other.</summary>
    /// <exception cref="InputException">A number does not fit 16 bits.</exception>
    public byte[] Encode(BatchOutputs outputs)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        long[] classes = [];
        Tensor logits = outputs.Logits;
        if (TopK > 0)
        {
            (Tensor largest, Tensor places) = logits.topk(TopK, 1);
            using Scalar nothing = double.NegativeInfinity;
            Tensor rest = logits.scatter(1, places, full_like(largest, nothing)).logsumexp(1, keepdim: true);
            logits = cat([largest, rest], 1);
            classes = places.contiguous().data<long>().ToArray();
        }

        Tensor floats = TargetSpec.Pack(outputs with { Logits = logits });
        Tensor halves = floats.to(ScalarType.Float16).contiguous();
        if (!halves.isfinite().all().item<bool>())
        {
            double largest = floats.abs().max().item<float>();
            throw new InputException(
                FormattableString.Invariant($"The teacher's outputs reach {largest:0.###e+0}, which a cache's 16-bit floats cannot hold."),
                "student.distillation.cache",
                "Use student.distillation.cache=none, and check the teacher: normal logits stay below 100.");
        }

        int count = (int)floats.shape[0];
        ReadOnlySpan<byte> from = halves.bytes;
        if (TopK == 0)
            return from.ToArray();
        var rows = new byte[count * Bytes];
        for (int i = 0; i < count; i++)
        {
            Span<byte> row = rows.AsSpan(i * Bytes, Bytes);
            from.Slice(i * Floats * sizeof(ushort), Floats * sizeof(ushort)).CopyTo(row);
            Span<ushort> kept = MemoryMarshal.Cast<byte, ushort>(row[(Floats * sizeof(ushort))..]);
            for (int k = 0; k < TopK; k++)
                kept[k] = (ushort)classes[(i * TopK) + k];
        }

        return rows;
    }

    /// <summary>
    /// Logits float32 [count, classes], and the other stored outputs. In a top-k row the other classes share the remaining mass evenly, so
    /// that the softmax of the stored classes is unchanged.
    /// </summary>
    public BatchOutputs Decode(ReadOnlySpan<byte> rows, int count)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor halves = empty([count, Floats], ScalarType.Float16);
        Span<byte> to = halves.bytes;
        var classes = new long[count * TopK];
        int length = Floats * sizeof(ushort);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> row = rows.Slice(i * Bytes, Bytes);
            row[..length].CopyTo(to.Slice(i * length, length));
            ReadOnlySpan<ushort> kept = MemoryMarshal.Cast<byte, ushort>(row[length..]);
            for (int k = 0; k < TopK; k++)
                classes[(i * TopK) + k] = kept[k];
        }

        Tensor floats = halves.to(ScalarType.Float32);
        if (TopK > 0)
        {
            Tensor logits = floats.narrow(1, 0, Logits);
            using Scalar others = Math.Log(spec.Classes - TopK);
            Tensor even = logits.narrow(1, TopK, 1).sub(others).expand(count, spec.Classes).contiguous();
            floats = cat([even.scatter(1, tensor(classes).view(count, TopK), logits.narrow(1, 0, TopK)),
                floats.narrow(1, Logits, Floats - Logits)], 1);
        }

        return spec.Unpack(floats).Map(part => part.contiguous().MoveToOuterDisposeScope());
    }
}
