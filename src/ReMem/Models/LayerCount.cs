namespace ReMem.Models;

/// <summary>Adds up the layers of a convolutional network as an image passes them. Norms and activations multiply nothing here.</summary>
/// <param name="imageSize">Side of the square input, pixels.</param>
internal sealed class LayerCount(int imageSize)
{
    private long _parameters;
    private long _macs;

    /// <summary>Side of the square map after the layers so far.</summary>
    public long Side { get; private set; } = imageSize;

    /// <summary>The sums so far.</summary>
    public ModelStatistics Statistics => new(_parameters, _macs);

    /// <summary>A square convolution.</summary>
    /// <param name="from">Channels before it.</param>
    /// <param name="to">Channels after it.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">Of the kernel.</param>
    /// <param name="padding">On either side; null pads as TensorFlow's SAME does.</param>
    /// <param name="groups">Of channels.</param>
    /// <param name="bias">Whether it has one.</param>
    public void Conv(long from, long to, int kernel, int stride = 1, int? padding = 0, long groups = 1, bool bias = false)
    {
        Side = padding is { } each ? ((Side + (2 * each) - kernel) / stride) + 1 : (Side + stride - 1) / stride;
        long weights = to * (from / groups) * kernel * kernel;
        _parameters += weights + (bias ? to : 0);
        _macs += weights * Side * Side;
    }

    /// <summary>A convolution that the other branch of a block takes: it leaves <see cref="Side"/> as the main branch made it.</summary>
    /// <param name="side">Of the map that enters.</param>
    /// <param name="from">Channels before it.</param>
    /// <param name="to">Channels after it.</param>
    /// <param name="stride">Of its 1x1 kernel.</param>
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

    /// <summary>Two gates' 1x1 convolutions on the map's mean, with biases.</summary>
    public void Squeeze(long channels, long reduced)
    {
        long after = Side;
        Side = 1;
        Conv(channels, reduced, 1, bias: true);
        Conv(reduced, channels, 1, bias: true);
        Side = after;
    }

    /// <summary>A batch or layer norm: a weight and a bias a channel.</summary>
    public void Norm(long channels) => Vectors(2 * channels);

    /// <summary>Parameters that multiply nothing: norms, gains, tokens.</summary>
    public void Vectors(long count) => _parameters += count;

    /// <summary>A linear layer with a bias, at every position of the map.</summary>
    public void Linear(long from, long to) => Conv(from, to, 1, bias: true);
}
