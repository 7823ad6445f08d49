using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class KernelCasesTests
{
    [Fact]
    public void Every_kind_of_operator_is_there_in_both_types_and_layouts()
    {
        KernelCase[] all = [.. KernelCases.AllThreads];
        ConvolutionCase[] convolutions = [.. all.OfType<ConvolutionCase>()];
        foreach (bool bf16 in new[] { false, true })
        {
            Assert.Contains(all, c => c is AttentionCase && c.Bf16 == bf16);
            Assert.Contains(all, c => c is ProductCase { Count: 0 } && c.Bf16 == bf16);
            Assert.Contains(all, c => c is ProductCase { Count: > 1 } && c.Bf16 == bf16);
            foreach (bool last in new[] { false, true })
            {
                foreach (int kernel in new[] { 1, 3, 5, 7 })
                    Assert.Contains(convolutions, c => c.Kernel == kernel && c.ChannelsLast == last && (c.Bf16 == bf16 || kernel > 3));
                Assert.Contains(convolutions, c => c.Kernel == 1 && c.Stride == 2 && c.ChannelsLast == last);
                Assert.Contains(convolutions, c => c.Groups == c.In && c.ChannelsLast == last);
                Assert.Contains(convolutions, c => c.Groups > 1 && c.Groups < c.In && c.ChannelsLast == last);
            }
        }

        foreach (int batch in new[] { 1, 2, 8, 16, 64 })
            Assert.Contains(convolutions, c => c.Kernel == 1 && c.ChannelsLast && c.Batch == batch);
        Assert.Contains(KernelCases.OneThread, c => c is ConvolutionCase { Kernel: 1, ChannelsLast: true });
    }

    [Fact]
    public void The_fingerprint_is_that_of_the_cases_so_that_other_cases_are_checked_anew() =>
        Assert.Equal(KernelCases.Fingerprint, KernelCases.ComputeFingerprint());

    [Fact]
    public void What_is_expected_can_be_computed_ahead_on_another_thread()
    {
        Libtorch.Load();
        foreach (KernelCase one in new KernelCase[] { new ConvolutionCase(8, 16, 3, 2, 1, 2, 6, true), new ProductCase(2, 5, 6, 7),
            new AttentionCase(2, 5, 8) })
        {
            Func<double>? compare = null;
            var ahead = new Thread(() => compare = one.Prepare());
            ahead.Start();
            ahead.Join();
            Assert.InRange(compare!(), 1e-12, KernelCase.Float32Limit);
        }
    }

    [Fact]
    public void A_right_result_passes_and_one_channel_that_is_off_does_not()
    {
        Libtorch.Load();
        Assert.InRange(new ConvolutionCase(24, 40, 1, 1, 1, 8, 4, true).Error(), 1e-9, KernelCase.Float32Limit);
        var reference = new ConvolutionReference(8, 4, 4, 24, 40, 1, 1, 0, 1);
        double[] x = KernelNumbers.Doubles(8 * 16 * 24, 1), w = KernelNumbers.Doubles(40 * 24, 2), u = KernelNumbers.Doubles(40, 3);
        double[] right = reference.Forward(x, w, u, null);
        double[] spoilt = [.. w];
        for (int c = 0; c < 24; c++)
            spoilt[(39 * 24) + c] *= 1.001;
        double[] wrong = reference.Forward(x, spoilt, u, null);
        Assert.True(System.Numerics.Tensors.TensorPrimitives.Distance<double>(right, wrong)
            / System.Numerics.Tensors.TensorPrimitives.Norm<double>(right) > KernelCase.Float32Limit);
    }

    [Fact]
    public void Numbers_are_the_same_each_time_and_not_one_for_all()
    {
        Assert.Equal(KernelNumbers.Doubles(100, 3), KernelNumbers.Doubles(100, 3));
        Assert.NotEqual(KernelNumbers.Doubles(100, 3), KernelNumbers.Doubles(100, 4));
        double[] many = KernelNumbers.Doubles(3 << 20, 1);
        Assert.InRange(many.Average(), -0.01, 0.01);
        Assert.True(many.All(n => n is >= -1 and < 1));
    }
}
