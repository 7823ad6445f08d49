using ReMem.Models.Layers;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models.Layers;

/// <summary>The product against float64 sums that no convolution has a part in.</summary>
public sealed class PointwiseConvolutionTests : IDisposable
{
    private static readonly (int In, int Out)[] Widths =
    [
        (3, 16), (4, 24), (8, 16), (16, 8), (16, 72), (24, 88), (32, 144), (40, 240), (48, 200), (64, 104), (72, 24), (88, 24),
        (96, 40), (96, 576), (120, 48), (144, 40), (200, 72), (240, 40), (256, 512), (576, 96), (1000, 120), (512, 1000), (1536, 32),
    ];

    private readonly IDisposable _scope = NewDisposeScope();
    private readonly IDisposable _product = KernelPath<ConvolutionKernel>.Force(ConvolutionKernel.Product);

    public static TheoryData<int, int, int, int, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, int, int, bool>();
            foreach ((int input, int output) in Widths)
            {
                foreach (int batch in new[] { 1, 2, 16 })
                {
                    foreach (int stride in new[] { 1, 2 })
                        cases.Add(input, output, batch, stride, (input + batch + stride) % 2 == 0);
                }
            }

            return cases;
        }
    }

    public void Dispose()
    {
        _product.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_the_sum_over_channels_forward_and_backward(int input, int output, int batch, int stride, bool bias)
    {
        // Odd sides, so that the last stride is cut short.
        using var layer = new PointwiseConvolution(input, output, stride, bias);
        GoldenWeights.Fill(layer);
        Tensor x = Uniform("x", batch, input, 7, 5).ChannelsLast().detach().requires_grad_();
        Tensor y = layer.call(x);
        Assert.Equal([batch, output, (7 + stride - 1) / stride, (5 + stride - 1) / stride], y.shape);
        Tensor slope = Uniform("slope", y.shape).ChannelsLast();
        (y * slope).sum().backward();

        Tensor[] picked = [tensor(Picked(7, stride)), tensor(Picked(5, stride))];
        Tensor exact = Double(x).index_select(2, picked[0]).index_select(3, picked[1]), weight = Double(layer.weight!).flatten(1);
        Tensor expected = einsum("bchw,oc->bohw", exact, weight);
        Close(bias ? expected.add(Double(layer.bias!).view(1, -1, 1, 1)) : expected, y);
        Tensor onPicked = einsum("bohw,oc->bchw", Double(slope), weight);
        Tensor rows = zeros([batch, input, y.shape[2], 5], ScalarType.Float64).index_copy_(3, picked[1], onPicked);
        Close(zeros_like(x, ScalarType.Float64).index_copy_(2, picked[0], rows), x.grad!);
        Close(einsum("bohw,bchw->oc", Double(slope), exact).view(output, input, 1, 1), layer.weight!.grad!);
        if (bias)
            Close(Double(slope).sum([0L, 2, 3]), layer.bias!.grad!);
    }

    [Fact]
    public void It_is_what_plain_loops_give()
    {
        using var layer = new PointwiseConvolution(3, 4, stride: 2);
        Tensor x = Uniform("x", 2, 3, 5, 4).ChannelsLast();
        float[] input = x.contiguous().data<float>().ToArray();
        float[] weight = layer.weight!.data<float>().ToArray(), bias = layer.bias!.data<float>().ToArray();
        float[] actual = layer.call(x).contiguous().data<float>().ToArray();
        Assert.Equal(2 * 4 * 3 * 2, actual.Length);
        int place = 0;
        for (int b = 0; b < 2; b++)
        {
            for (int o = 0; o < 4; o++)
            {
                for (int row = 0; row < 5; row += 2)
                {
                    for (int column = 0; column < 4; column += 2)
                    {
                        double expected = bias[o];
                        for (int c = 0; c < 3; c++)
                            expected += (double)weight[(o * 3) + c] * input[(((((b * 3) + c) * 5) + row) * 4) + column];
                        Assert.Equal(expected, actual[place++], 1e-6);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 6)]
    [InlineData(1, 1)]
    public void Output_and_gradient_are_channels_last(int stride, int side)
    {
        using var layer = new PointwiseConvolution(8, 24, stride);
        Tensor x = Uniform("x", 2, 8, side, side).ChannelsLast().detach().requires_grad_();
        Tensor y = layer.call(x);
        y.backward([Uniform("slope", y.shape).ChannelsLast()]);
        Assert.True(y.permute(0, 2, 3, 1).is_contiguous());
        Assert.True(x.grad!.permute(0, 2, 3, 1).is_contiguous());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Another_layout_gives_the_same(int stride)
    {
        using var layer = new PointwiseConvolution(8, 24, stride);
        Tensor x = Uniform("x", 2, 8, 6, 5).detach().requires_grad_(), last = x.ChannelsLast().detach().requires_grad_();
        Assert.True(x.is_contiguous());
        Tensor y = layer.call(x), expected = layer.call(last);
        Assert.True(Goldens.Same(y, expected));
        Tensor slope = Uniform("slope", y.shape);
        y.backward([slope]);
        expected.backward([slope.ChannelsLast()]);
        Assert.True(x.grad!.allclose(last.grad!, 1e-6, 1e-6));
    }

    [Fact]
    public void Sixty_four_bits_stay_sixty_four()
    {
        using var layer = new PointwiseConvolution(40, 24);
        layer.to(ScalarType.Float64);
        Tensor x = Goldens.UniformTensor("x", 1, 2, 40, 3, 3).ChannelsLast();
        Tensor expected;
        using (KernelPath<ConvolutionKernel>.Force(ConvolutionKernel.Libtorch))
            expected = layer.call(x);
        Assert.True((layer.call(x) - expected).abs().max().item<double>() < 1e-13);
    }

    [Fact]
    public void Mixed_precision_computes_in_bfloat16_and_its_gradients_are_float32()
    {
        using var layer = new PointwiseConvolution(40, 24);
        GoldenWeights.Fill(layer);
        Tensor x = Uniform("x", 2, 40, 6, 6).ChannelsLast().detach().requires_grad_();
        Tensor y;
        using (Autocast.Enter(DeviceType.CPU))
            y = layer.call(x);
        Assert.Equal(ScalarType.BFloat16, y.dtype);
        Assert.True(y.permute(0, 2, 3, 1).is_contiguous());
        y.to(ScalarType.Float32).sum().backward();
        Tensor expected = einsum("bchw,oc->bohw", Double(x), Double(layer.weight!).flatten(1)).add(Double(layer.bias!).view(1, -1, 1, 1));
        Close(expected, y, 1e-2);
        Assert.Equal(ScalarType.Float32, layer.weight!.grad!.dtype);
        Close(Double(x).sum([0L, 2, 3]).expand(24, 40).view(24, 40, 1, 1), layer.weight.grad!, 1e-2);
        Close(Double(layer.weight).sum([0L]).view(1, 40, 1, 1).expand(2, 40, 6, 6), x.grad!, 1e-2);
    }

    [Fact]
    public void Gradients_go_into_the_flat_vector()
    {
        using var layer = new PointwiseConvolution(8, 24);
        using var parameters = new ParameterSet(layer);
        parameters.ZeroGradients();
        layer.call(Uniform("x", 2, 8, 4, 4).ChannelsLast()).sum().backward();
        Tensor gradient = parameters.Gradients();
        Assert.True(Goldens.Same(layer.weight!.grad!.flatten(), gradient.narrow(0, 0, 8 * 24)));
        Assert.True(gradient.narrow(0, 0, 8 * 24).abs().max().item<float>() > 0);
        Assert.Equal(2 * 4 * 4, gradient[8 * 24].item<float>());

        // Still the vector's own memory, not a tensor in its place.
        parameters.SetGradients(zeros(parameters.Count));
        Assert.Equal(0, layer.weight.grad!.abs().max().item<float>());
    }

    [Fact]
    public void The_same_input_gives_the_same_bits()
    {
        using var layer = new PointwiseConvolution(96, 240, stride: 1, bias: false);
        (Tensor Output, Tensor Gradient) Step()
        {
            layer.zero_grad();
            Tensor y = layer.call(Uniform("x", 16, 96, 14, 14).ChannelsLast());
            y.backward([Uniform("slope", y.shape).ChannelsLast()]);
            return (y, layer.weight!.grad!.clone());
        }

        var (first, again) = (Step(), Step());
        Assert.True(Goldens.Same(first.Output, again.Output));
        Assert.True(Goldens.Same(first.Gradient, again.Gradient));
    }

    [Fact]
    public void No_tensor_stays_behind()
    {
        using var layer = new PointwiseConvolution(8, 24, stride: 2);
        using Tensor x = Uniform("x", 2, 8, 6, 6).ChannelsLast();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        layer.call(x).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData(nameof(ConvolutionKernel.Product))]
    [InlineData(nameof(ConvolutionKernel.Libtorch))]
    public void An_input_of_other_channels_is_refused(string kernel)
    {
        using IDisposable forced = KernelPath<ConvolutionKernel>.Force(Enum.Parse<ConvolutionKernel>(kernel));
        using var layer = new PointwiseConvolution(8, 24);
        ArgumentException e = Assert.Throws<ArgumentException>(() => layer.call(zeros(2, 16, 3, 1)));
        Assert.Contains("8 channels does not take the shape [2, 16, 3, 1]", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => layer.call(zeros(8, 3, 1)));
    }

    private static long[] Picked(int size, int stride) =>
        [.. Enumerable.Range(0, (size + stride - 1) / stride).Select(i => (long)i * stride)];

    private static Tensor Uniform(string name, params long[] shape) => Goldens.UniformTensor(name, 1, shape).to(ScalarType.Float32);

    private static Tensor Double(Tensor x) => x.detach().to(ScalarType.Float64);

    private static void Close(Tensor expected, Tensor actual, double relative = 1e-5)
    {
        Assert.Equal(expected.shape, actual.shape);
        double difference = (expected - Double(actual)).norm().item<double>() / expected.norm().item<double>();
        Assert.True(difference < relative, $"{difference} of {relative}");
    }
}
