using System.Numerics.Tensors;

namespace ReMem.Runtime;

/// <summary>
/// A convolution and its gradients in float64 by plain loops, as the reference for a kernel. It compares random projections of the results
/// (Freivalds 1977): the sum of a group's outputs, weighted by random numbers, takes fewer operations by the number of channels of a group,
/// and an error in any of them still shows.
/// </summary>
/// <param name="batch">Images.</param>
/// <param name="height">Rows of the input.</param>
/// <param name="width">Columns of the input.</param>
/// <param name="inputs">Channels of the input.</param>
/// <param name="outputs">Channels of the output.</param>
/// <param name="kernel">Side of the kernel.</param>
/// <param name="stride">Stride of rows and columns.</param>
/// <param name="padding">Zeros on each side.</param>
/// <param name="groups">Number of groups that the channels are divided into.</param>
internal sealed class ConvolutionReference(int batch, int height, int width, int inputs, int outputs, int kernel, int stride, int padding,
    int groups)
{
    private readonly int _groupInputs = inputs / groups;
    private readonly int _groupOutputs = outputs / groups;

    /// <summary>Rows of the output.</summary>
    public int OutHeight { get; } = ((height + (2 * padding) - kernel) / stride) + 1;

    /// <summary>Columns of the output.</summary>
    public int OutWidth { get; } = ((width + (2 * padding) - kernel) / stride) + 1;

    /// <summary>Per output position and group, the outputs [B, P, Q, O] weighted by u [O] and added up: [B, P, Q, G].</summary>
    /// <param name="x">[B, H, W, C].</param>
    /// <param name="weight">[O, C / G, k, k].</param>
    /// <param name="u">[O].</param>
    /// <param name="bias">[O]; null for none.</param>
    public double[] Forward(double[] x, double[] weight, double[] u, double[]? bias)
    {
        double[] projected = ProjectOutputs(weight, u);
        double[] z = new double[batch * OutHeight * OutWidth * groups];
        if (bias is not null)
        {
            for (int position = 0; position < z.Length; position += groups)
            {
                for (int o = 0; o < outputs; o++)
                    z[position + (o / _groupOutputs)] += u[o] * bias[o];
            }
        }

        Visit((position, tap, pixel) =>
        {
            for (int g = 0; g < groups; g++)
                z[(position * groups) + g] += Dot(x, (pixel * inputs) + (g * _groupInputs), projected, ((tap * groups) + g) * _groupInputs,
                    _groupInputs);
        });
        return z;
    }

    /// <summary>
    /// Per input position and group, the gradient of the input [B, H, W, C] weighted by v [C] and added up: [B, H, W, G].
    /// </summary>
    /// <param name="dy">Gradient of the output [B, P, Q, O].</param>
    /// <param name="weight">[O, C / G, k, k].</param>
    /// <param name="v">[C].</param>
    public double[] InputGradient(double[] dy, double[] weight, double[] v)
    {
        double[] projected = new double[kernel * kernel * outputs];
        EachWeight(weight, (value, o, c, tap) => projected[(tap * outputs) + o] += v[c] * value);
        double[] z = new double[batch * height * width * groups];
        Visit((position, tap, pixel) =>
        {
            for (int g = 0; g < groups; g++)
                z[(pixel * groups) + g] += Dot(dy, (position * outputs) + (g * _groupOutputs), projected,
                    (tap * outputs) + (g * _groupOutputs), _groupOutputs);
        });
        return z;
    }

    /// <summary>The gradient of the weight, its outputs weighted by u [O] and added up per group: [k, k, G, C / G].</summary>
    /// <param name="x">[B, H, W, C].</param>
    /// <param name="dy">Gradient of the output [B, P, Q, O].</param>
    /// <param name="u">[O].</param>
    public double[] WeightGradient(double[] x, double[] dy, double[] u)
    {
        double[] projected = Sums(dy, u);
        double[] z = new double[kernel * kernel * inputs];
        Visit((position, tap, pixel) =>
        {
            for (int g = 0; g < groups; g++)
            {
                Span<double> into = z.AsSpan(((tap * groups) + g) * _groupInputs, _groupInputs);
                TensorPrimitives.MultiplyAdd(x.AsSpan((pixel * inputs) + (g * _groupInputs), _groupInputs),
                    projected[(position * groups) + g], into, into);
            }
        });
        return z;
    }

    /// <summary>Values of channels [..., O] weighted by u [O] and added up per group: [..., G].</summary>
    public double[] Sums(double[] values, double[] u) => Sums(values, u, _groupOutputs);

    /// <summary>Values of channels [..., C] weighted by v [C] and added up per group: [..., G].</summary>
    public double[] InputSums(double[] values, double[] v) => Sums(values, v, _groupInputs);

    /// <summary>Weights [O, C / G, k, k] weighted by u [O] and added up per group: [k, k, G, C / G].</summary>
    public double[] ProjectOutputs(double[] weight, double[] u)
    {
        double[] projected = new double[kernel * kernel * inputs];
        EachWeight(weight, (value, o, c, tap) => projected[(tap * inputs) + c] += u[o] * value);
        return projected;
    }

    private static double[] Sums(double[] values, double[] weights, int group)
    {
        double[] sums = new double[values.Length / group];
        int groups = weights.Length / group;
        for (int i = 0; i < sums.Length; i++)
            sums[i] = Dot(values, i * group, weights, i % groups * group, group);
        return sums;
    }

    private static double Dot(double[] a, int i, double[] b, int j, int length) =>
        length == 1 ? a[i] * b[j] : TensorPrimitives.Dot(a.AsSpan(i, length), b.AsSpan(j, length));

    /// <summary>Each weight with its output, its input among all, and its place in the kernel.</summary>
    private void EachWeight(double[] weight, Action<double, int, int, int> visit)
    {
        int at = 0;
        for (int o = 0; o < outputs; o++)
        {
            for (int c = 0; c < _groupInputs; c++)
            {
                for (int tap = 0; tap < kernel * kernel; tap++)
                    visit(weight[at++], o, (o / _groupOutputs * _groupInputs) + c, tap);
            }
        }
    }

    /// <summary>Each output position with each place in the kernel whose input position is inside the image.</summary>
    private void Visit(Action<int, int, int> visit)
    {
        int position = 0;
        for (int b = 0; b < batch; b++)
        {
            for (int p = 0; p < OutHeight; p++)
            {
                for (int q = 0; q < OutWidth; q++, position++)
                {
                    for (int tap = 0; tap < kernel * kernel; tap++)
                    {
                        int row = (p * stride) + (tap / kernel) - padding, column = (q * stride) + (tap % kernel) - padding;
                        if (row >= 0 && row < height && column >= 0 && column < width)
                            visit(position, tap, (((b * height) + row) * width) + column);
                    }
                }
            }
        }
    }
}
