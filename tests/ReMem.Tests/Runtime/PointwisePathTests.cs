using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class PointwisePathTests
{
    [Fact]
    public void A_thread_is_forced_until_it_says_so_and_others_are_not()
    {
        PointwiseKernel chosen = PointwisePath.Current;
        PointwiseKernel other = chosen == PointwiseKernel.Product ? PointwiseKernel.Convolution : PointwiseKernel.Product;
        using (PointwisePath.Force(other))
        {
            Assert.Equal(other, PointwisePath.Current);
            PointwiseKernel elsewhere = other;
            var thread = new Thread(() => elsewhere = PointwisePath.Current);
            thread.Start();
            thread.Join();
            Assert.Equal(chosen, elsewhere);
            using (PointwisePath.Force(chosen))
                Assert.Equal(chosen, PointwisePath.Current);
            Assert.Equal(other, PointwisePath.Current);
        }

        Assert.Equal(chosen, PointwisePath.Current);
        Assert.Equal(PointwisePath.Choice, PointwisePath.Current);
    }
}
