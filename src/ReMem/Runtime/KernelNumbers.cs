using static TorchSharp.torch;

namespace ReMem.Runtime;

/// <summary>The numbers that kernels are checked with: uniform in [-1, 1), the same in every process, of float32 precision.</summary>
internal static class KernelNumbers
{
    private const int Length = 1 << 20;
    private static readonly float[] Pool = Fill();

    /// <summary>The given count of numbers as float64. Different salts start at different places.</summary>
    public static double[] Doubles(int count, int salt) => Array.ConvertAll(Floats(count, salt), f => (double)f);

    /// <summary>A tensor of these numbers.</summary>
    /// <param name="values">The numbers, in row-major order.</param>
    /// <param name="shape">Its dimensions.</param>
    public static Tensor ToTensor(double[] values, params long[] shape) => tensor(Array.ConvertAll(values, d => (float)d), shape);

    private static float[] Floats(int count, int salt)
    {
        float[] numbers = new float[count];
        int start = (int)((uint)salt * 0x9E3779B1u % Length);
        for (int done = 0; done < count;)
        {
            int piece = Math.Min(count - done, Length - start);
            Pool.AsSpan(start, piece).CopyTo(numbers.AsSpan(done));
            done += piece;
            // Another start in each repetition, or equal pieces would be a power of two apart.
            start = (start + piece + 7919) % Length;
        }

        return numbers;
    }

    private static float[] Fill()
    {
        float[] pool = new float[Length];
        uint state = 0x2545F491;
        for (int i = 0; i < Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            pool[i] = ((state >> 8) * (1f / (1 << 23))) - 1;
        }

        return pool;
    }
}
