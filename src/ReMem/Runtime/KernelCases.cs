using System.Runtime.Intrinsics.X86;

namespace ReMem.Runtime;

/// <summary>Every operator and shape that is checked before kernels are trusted: those of the catalogue's models.</summary>
internal static class KernelCases
{
    private static readonly int[] Widths = [8, 16, 24, 40, 48, 72, 88, 96, 120, 144, 200, 240, 256, 576];
    private static readonly int[] Batches = [16, 8, 64, 2, 1];

    /// <summary>Without AVX-512, oneDNN computes bf16 convolutions by slow loops, the same for each image.</summary>
    private const int SlowMixedBatch = 2;

    /// <summary>The cases computed with all threads.</summary>
    public static IReadOnlyList<KernelCase> AllThreads { get; } = [.. Pointwise(), .. Spatial(), .. Products(),
        .. Mixed(Avx512F.IsSupported ? int.MaxValue : SlowMixedBatch)];

    /// <summary>The cases computed with one thread, as in a process that shares its cores with others.</summary>
    public static IReadOnlyList<KernelCase> OneThread { get; } = [.. AllThreads.Where((_, i) => i % 4 == 0)];

    /// <summary>
    /// Changes with the cases, so that a choice made with other cases is not reused. A constant, since making every case at each start
    /// takes as long as everything else; a test compares it with <see cref="ComputeFingerprint"/>.
    /// </summary>
    public const string Fingerprint = "582-5699418a";

    /// <summary>The value that <see cref="Fingerprint"/> must have, on every processor.</summary>
    internal static string ComputeFingerprint()
    {
        KernelCase[] all = [.. Pointwise(), .. Spatial(), .. Products(), .. Mixed(int.MaxValue), .. Mixed(SlowMixedBatch)];
        return $"{all.Length}-{CounterRandom.Fnv1a(string.Join('\n', all.Select(c => c.Name))):x8}";
    }

    /// <summary>
    /// 1x1 convolutions: every pair of widths on channels-last tensors, and some of them with stride 2 and on contiguous tensors.
    /// </summary>
    private static IEnumerable<KernelCase> Pointwise()
    {
        int turn = 0;
        foreach (int from in Widths)
        {
            foreach (int to in Widths)
            {
                int batch = Batches[turn % Batches.Length];
                yield return new ConvolutionCase(from, to, 1, 1, 1, batch, Side(batch), true);
                if (turn % 5 == 1)
                    yield return new ConvolutionCase(from, to, 1, 2, 1, 16, 8, true);
                if (turn % 7 == 2)
                    yield return new ConvolutionCase(from, to, 1, 1, 1, 16, 6, false);
                turn++;
            }
        }

        foreach ((int from, int to) in new[]
        {
            (64, 104), (64, 136), (128, 1000), (40, 168), (24, 232), (256, 512), (512, 512), (64, 264), (1024, 256), (1536, 32), (1536,
                384), (384, 1536), (160, 960), (576, 1024), (1280, 1000),
        })
        {
            yield return new ConvolutionCase(from, to, 1, 1, 1, 16, 4, true);
            yield return new ConvolutionCase(from, to, 1, 1, 1, 2, 16, true);
            yield return new ConvolutionCase(from, to, 1, 2, 1, 8, 8, true);
            yield return new ConvolutionCase(from, to, 1, 1, 1, 16, 1, true);
        }

        foreach (int from in new[] { 3, 4 })
        {
            foreach (int to in new[] { 8, 16, 40, 64 })
                yield return new ConvolutionCase(from, to, 1, 2, 1, 8, 16, to != 16);
        }
    }

    /// <summary>Convolutions of larger kernels: dense, depthwise, grouped, patches.</summary>
    private static IEnumerable<KernelCase> Spatial()
    {
        (int From, int To, int Kernel, int Stride, int Groups, int Batch, int Side)[] shapes =
        [
            (3, 16, 3, 2, 1, 16, 16), (3, 24, 3, 2, 1, 2, 20), (3, 32, 3, 2, 1, 8, 16), (3, 64, 7, 2, 1, 4, 20), (3, 16, 3, 1, 1, 8, 16),
            (4, 16, 3, 2, 1, 8, 16),
            (16, 16, 3, 1, 1, 16, 8), (16, 32, 3, 2, 1, 16, 8), (24, 48, 3, 2, 1, 8, 8), (40, 40, 3, 1, 1, 2, 8), (64, 64, 3, 1, 1, 16, 8),
            (64, 64, 3, 1, 1, 64, 4), (64, 128, 3, 2, 1, 16, 8), (72, 72, 3, 1, 1, 8, 6),
            (128, 256, 3, 2, 1, 8, 6), (512, 512, 3, 1, 1, 8, 1), (256, 512, 3, 2, 1, 16, 2), (200, 88, 3, 1, 1, 1, 8),
            (256, 256, 3, 1, 1, 8, 4), (48, 200, 5, 1, 1, 2, 8), (16, 24, 5, 2, 1, 8, 8), (24, 40, 7, 1, 1, 2, 8),
            (3, 192, 4, 4, 1, 8, 32), (3, 96, 4, 4, 1, 16, 16), (3, 192, 16, 16, 1, 2, 64), (40, 80, 2, 2, 1, 16, 8),
            (56, 184, 2, 2, 1, 4, 2), (96, 192, 2, 2, 1, 8, 8), (160, 320, 2, 2, 1, 16, 4),
            (64, 64, 3, 1, 4, 8, 8), (96, 96, 3, 2, 8, 4, 8), (64, 128, 3, 1, 2, 8, 6),
        ];
        foreach ((int from, int to, int kernel, int stride, int groups, int batch, int side) in shapes)
        {
            yield return new ConvolutionCase(from, to, kernel, stride, groups, batch, side, true);
            yield return new ConvolutionCase(from, to, kernel, stride, groups, batch, side, false);
        }

        int turn = 0;
        foreach (int width in new[] { 16, 24, 40, 72, 88, 96, 120, 200, 240, 576 })
        {
            foreach (int kernel in new[] { 3, 5, 7 })
            {
                int batch = Batches[turn++ % Batches.Length];
                yield return new ConvolutionCase(width, width, kernel, 1 + (turn % 2), width, Math.Min(batch, 16), 8, turn % 3 != 0);
            }
        }
    }

    /// <summary>Linear layers, batched products and attention at the shapes of small and large transformers.</summary>
    private static IEnumerable<KernelCase> Products()
    {
        foreach ((int rows, int inner, int columns) in new[]
        {
            (16, 576, 1024), (64, 1280, 1000), (1, 512, 100), (2, 192, 10), (197, 192, 576), (1040, 192, 768), (1040, 768, 192), (130, 64,
                256), (394, 768, 3072), (65, 40, 160), (8, 72, 24), (333, 200, 88), (512, 1536, 512),
        })
            yield return new ProductCase(0, rows, inner, columns);
        foreach ((int count, int rows, int inner, int columns) in new[] { (6, 197, 64, 197), (6, 197, 197, 64), (48, 65, 16, 65),
            (48, 65, 65, 16), (3, 50, 32, 50), (2, 100, 576, 24) })
            yield return new ProductCase(count, rows, inner, columns);
        foreach ((int heads, int tokens, int width) in new[] { (3, 197, 64), (12, 65, 16), (6, 50, 32), (4, 17, 64) })
            yield return new AttentionCase(heads, tokens, width);
    }

    /// <summary>Convolutions, products and attention under bf16 autocast, at fewer shapes.</summary>
    /// <param name="maxBatch">Maximal batch of convolutions.</param>
    private static IEnumerable<KernelCase> Mixed(int maxBatch)
    {
        // Spatial ones of both layouts, by turns: contiguous, then channels-last.
        foreach (KernelCase one in Pointwise().Where((_, i) => i % 9 == 4).Concat(Spatial().Where((_, i) => i % 8 is 1 or 4)))
        {
            var full = (ConvolutionCase)one;
            int batch = Math.Min(full.Batch, maxBatch);
            yield return new ConvolutionCase(full.In, full.Out, full.Kernel, full.Stride, full.Groups, batch, full.Side, full.ChannelsLast,
                true);
        }

        foreach ((int count, int rows, int inner, int columns) in new[] { (0, 197, 192, 576), (0, 520, 768, 192), (0, 16, 576, 1000),
            (6, 197, 64, 197), (48, 65, 65, 16) })
            yield return new ProductCase(count, rows, inner, columns, true);
        yield return new AttentionCase(3, 197, 64, true);
    }

    private static int Side(int batch) => batch switch { 64 => 4, 16 => 4, 8 => 8, _ => 16 };
}
