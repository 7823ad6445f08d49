using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// Arithmetic over flat vectors in main memory, in short runs. Each torch operator reads and writes whole vectors, and an optimiser's step
/// needs a dozen of them; here all are applied to a run in the L1 cache, so that memory is read and written once.
/// </summary>
/// <remarks>A number depends only on those at the same position, so that the number of threads does not change a bit.</remarks>
internal static class FlatPass
{
    /// <summary>The maximal run: for six float32 vectors, it fills three quarters of a 32 KiB cache.</summary>
    public const int MaxRun = 1 << 10;

    private const int RunsAtOnce = 32;

    /// <summary>Whether a vector can be processed here; on other devices torch's operators are used.</summary>
    public static bool Reaches(Tensor vector) =>
        vector.device_type == DeviceType.CPU && vector.is_contiguous() && vector.dtype is ScalarType.Float32 or ScalarType.Float64;

    /// <summary>Processes a vector, on as many threads as torch uses.</summary>
    /// <param name="count">Its length P.</param>
    /// <param name="run">Called with the start and length of each run.</param>
    public static void Run(long count, Action<long, int> run)
    {
        const int pieceLength = RunsAtOnce * MaxRun;
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
            for (long start = (long)index * pieceLength; start < end; start += MaxRun)
                run(start, (int)Math.Min(MaxRun, end - start));
        }
    }
}
