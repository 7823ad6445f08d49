using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// Arithmetic over flat vectors in main memory, a short run of numbers at a time. An operator of torch reads and writes whole vectors, and an optimiser's step is
/// a dozen of them; here the dozen passes over what stays in the processor's nearest cache, and memory is read and written once.
/// </summary>
/// <remarks>A number depends on those at its own place only, so that the threads that share the work change no bit.</remarks>
internal static class FlatPass
{
    /// <summary>The longest run: of six vectors, it fills three quarters of a 32 KiB cache in float32.</summary>
    public const int LongestRun = 1 << 10;

    private const int RunsAtOnce = 32;

    /// <summary>Whether a vector can be passed over here; on another device torch's operators are the way.</summary>
    public static bool Reaches(Tensor vector) => vector.device_type == DeviceType.CPU && vector.is_contiguous() && vector.dtype is ScalarType.Float32 or ScalarType.Float64;

    /// <summary>Passes over a vector, on as many threads as torch computes with.</summary>
    /// <param name="count">Its length P.</param>
    /// <param name="run">Is given where a run starts, and its length.</param>
    public static void Run(long count, Action<long, int> run)
    {
        const int pieceLength = RunsAtOnce * LongestRun;
        int pieces = (int)((count + pieceLength - 1) / pieceLength), threads = Math.Min(get_num_threads(), pieces);
        if (threads > 1)
        {
            Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, Piece);
            return;
        }

        for (int i = 0; i < pieces; i++)
            Piece(i);

        void Piece(int index)
        {
            long end = Math.Min(count, (index + 1L) * pieceLength);
            for (long start = (long)index * pieceLength; start < end; start += LongestRun)
                run(start, (int)Math.Min(LongestRun, end - start));
        }
    }
}
