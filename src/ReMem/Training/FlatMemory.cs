using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>The memory of a contiguous vector on the CPU, of any length; it must outlive this.</summary>
/// <typeparam name="T">float for a float32 vector, double for a float64 one.</typeparam>
internal readonly unsafe struct FlatMemory<T>
    where T : unmanaged
{
    private readonly T* _first;

    /// <summary>Points to a vector's numbers; empty where there is no vector.</summary>
    public FlatMemory(Tensor? vector)
    {
        if (vector is null || vector.numel() == 0)
            return;
        using Tensor one = vector.narrow(0, 0, 1);
        _first = (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(one.bytes));
    }

    /// <summary>Whether there is no vector.</summary>
    public bool IsEmpty => _first is null;

    /// <summary>A range of its numbers.</summary>
    public Span<T> At(long start, int length) => new(_first + start, length);
}
