using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class KernelPathTests
{
    [Fact]
    public void A_thread_is_forced_until_it_says_so_and_others_are_not()
    {
        ConvolutionKernel chosen = KernelPath<ConvolutionKernel>.Current;
        ConvolutionKernel other = chosen == ConvolutionKernel.Product ? ConvolutionKernel.Libtorch : ConvolutionKernel.Product;
        using (KernelPath<ConvolutionKernel>.Force(other))
        {
            Assert.Equal(other, KernelPath<ConvolutionKernel>.Current);
            ConvolutionKernel elsewhere = other;
            var thread = new Thread(() => elsewhere = KernelPath<ConvolutionKernel>.Current);
            thread.Start();
            thread.Join();
            Assert.Equal(chosen, elsewhere);
            using (KernelPath<ConvolutionKernel>.Force(chosen))
                Assert.Equal(chosen, KernelPath<ConvolutionKernel>.Current);
            Assert.Equal(other, KernelPath<ConvolutionKernel>.Current);
        }

        Assert.Equal(chosen, KernelPath<ConvolutionKernel>.Current);
        Assert.Equal(KernelPath<ConvolutionKernel>.Choice, KernelPath<ConvolutionKernel>.Current);
    }
}
