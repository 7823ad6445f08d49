using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class ConvolutionPathTests
{
    [Fact]
    public void A_thread_is_forced_until_it_says_so_and_others_are_not()
    {
        ConvolutionKernel chosen = ConvolutionPath.Current;
        ConvolutionKernel other = chosen == ConvolutionKernel.Product ? ConvolutionKernel.Libtorch : ConvolutionKernel.Product;
        using (ConvolutionPath.Force(other))
        {
            Assert.Equal(other, ConvolutionPath.Current);
            ConvolutionKernel elsewhere = other;
            var thread = new Thread(() => elsewhere = ConvolutionPath.Current);
            thread.Start();
            thread.Join();
            Assert.Equal(chosen, elsewhere);
            using (ConvolutionPath.Force(chosen))
                Assert.Equal(chosen, ConvolutionPath.Current);
            Assert.Equal(other, ConvolutionPath.Current);
        }

        Assert.Equal(chosen, ConvolutionPath.Current);
        Assert.Equal(ConvolutionPath.Choice, ConvolutionPath.Current);
    }
}
