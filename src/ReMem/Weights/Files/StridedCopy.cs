namespace ReMem.Weights.Files;

/// <summary>Copies strided numbers into a contiguous row-major block.</summary>
internal static unsafe class StridedCopy
{
    /// <summary>Copies every element.</summary>
    /// <param name="source">The first element; every element that shape and strides reach is readable.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="strides">Elements from one to the next along each dimension; null where the source is contiguous.</param>
    /// <param name="size">Bytes of an element.</param>
    /// <param name="target">A buffer for all elements.</param>
    public static void ToContiguous(byte* source, IReadOnlyList<long> shape, IReadOnlyList<long>? strides, int size, byte* target)
    {
        long elements = shape.Aggregate(1L, (product, d) => product * d);
        if (strides is null || IsContiguous(shape, strides))
        {
            Buffer.MemoryCopy(source, target, elements * size, elements * size);
            return;
        }

        long[] index = new long[shape.Count];
        int last = shape.Count - 1;
        long row = shape[last], step = strides[last] * size;
        for (long done = 0; done < elements; done += row)
        {
            byte* from = source;
            for (int d = 0; d < last; d++)
                from += index[d] * strides[d] * size;
            for (long i = 0; i < row; i++, from += step, target += size)
                CopyOne(from, target, size);
            for (int d = last - 1; d >= 0 && ++index[d] == shape[d]; d--)
                index[d] = 0;
        }
    }

    /// <summary>Row-major strides of a shape, in elements.</summary>
    public static bool IsContiguous(IReadOnlyList<long> shape, IReadOnlyList<long> strides)
    {
        long expected = 1;
        for (int d = shape.Count - 1; d >= 0; d--)
        {
            // The stride of a dimension of one element is never used.
            if (shape[d] != 1 && strides[d] != expected)
                return false;
            expected *= shape[d];
        }

        return true;
    }

    private static void CopyOne(byte* from, byte* to, int size)
    {
        switch (size)
        {
            case 1:
                *to = *from;
                break;
            case 2:
                Copy<ushort>(from, to);
                break;
            case 4:
                Copy<uint>(from, to);
                break;
            default:
                Copy<ulong>(from, to);
                break;
        }
    }

    // Unaligned: storages of a legacy archive start at any byte.
    private static void Copy<T>(byte* from, byte* to)
        where T : unmanaged =>
        System.Runtime.CompilerServices.Unsafe.WriteUnaligned(to, System.Runtime.CompilerServices.Unsafe.ReadUnaligned<T>(from));
}
