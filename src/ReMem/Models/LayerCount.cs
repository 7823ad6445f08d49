namespace ReMem.Models;

/// <summary>
/// Sums parameters and multiply-accumulates over the layers of a convolutional network. Norms and activations are not counted as
/// multiply-accumulates.
/// </summary>
/// <param name="imageSize">Side of the square input, pixels.</param>
internal sealed class LayerCount(int imageSize)
{
    private long _parameters;
    private long _macs;

    /// <summary>Side of the square map after the layers so far.</summary>
    public long Side { get; private set; } = imageSize;

    /// <summary>The totals so far.</summary>
    public ModelStatistics Statistics => new(_parameters, _macs);

    /// <summary>A square convolution.</summary>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">Stride of the kernel.</param>
    /// <param name="padding">Padding on either side; null is TensorFlow's SAME.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="bias">Whether it has one.</param>
    public void Conv(long from, long to, int kernel, int stride = 1, int? padding = 0, long groups = 1, bool bias = false)
    {
        Side = padding is { } each ? ((Side + (2 * each) - kernel) / stride) + 1 : (Side + stride - 1) / stride;
        long weights = to * (from / groups) * kernel * kernel;
        _parameters += weights + (bias ? to : 0);
        _macs += weights * Side * Side;
    }

    /// <summary>A 1x1 convolution of a shortcut branch: <see cref="Side"/> stays that of the main branch.</summary>
    /// <param name="side">Side of its input map.</param>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    /// <param name="stride">Its stride.</param>
    public void Shortcut(long side, long from, long to, int stride)
    {
        long after = Side;
        Side = side;
        Conv(from, to, 1, stride);
        Norm(to);
        Side = after;
    }

    /// <summary>A pooling window that slides over the map.</summary>
    public void Pool(int kernel, int stride, int padding) => Side = ((Side + (2L * padding) - kernel) / stride) + 1;

    /// <summary>The mean of the map.</summary>
    public void PoolAll() => Side = 1;

    /// <summary>The two 1x1 convolutions of squeeze-excitation, on the map's mean, with biases.</summary>
    public void Squeeze(long channels, long reduced)
    {
        long after = Side;
        Side = 1;
        Conv(channels, reduced, 1, bias: true);
        Conv(reduced, channels, 1, bias: true);
        Side = after;
    }

    /// <summary>A batch or layer norm: a weight and a bias per channel.</summary>
    public void Norm(long channels) => Vectors(2 * channels);

    /// <summary>Parameters without multiply-accumulates: norms, gains, tokens.</summary>
    public void Vectors(long count) => _parameters += count;

    /// <summary>A linear layer with a bias, at every position of the map.</summary>
    public void Linear(long from, long to) => Conv(from, to, 1, bias: true);
}
