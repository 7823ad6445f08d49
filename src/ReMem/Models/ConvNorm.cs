using ReMem.Models.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>
/// A convolution, its batch norm and activation. It is not a module: both are registered with the owner, under timm's names.
/// </summary>
internal sealed class ConvNorm
{
    private readonly ConvNormShape _shape;
    private readonly Activation _activation;
    private readonly bool _padsOddly;
    private readonly Convolution _conv;
    private readonly BatchNorm2d? _norm;

    public ConvNorm(nn.Module owner, int channels, ConvNormShape shape, EfficientNetStyle style, Activation activation)
    {
        _shape = shape;
        _activation = activation;
        _padsOddly = style.SamePadding && shape.Stride > 1;
        _conv = Convolutions.Make(
            channels,
            shape.Out,
            shape.Kernel,
            stride: shape.Stride,
            padding: _padsOddly ? 0 : shape.Kernel / 2,
            groups: shape.Depthwise ? channels : 1,
            bias: shape.Norm is null);
        _norm = shape.Norm is null ? null : nn.BatchNorm2d(shape.Out, eps: style.NormEpsilon);
        Register(owner);
    }

    /// <summary>[B, C, H, W] to [B, Out, H / stride, W / stride], rounded up.</summary>
    public Tensor Run(Tensor x)
    {
        Tensor h = _conv.call(_padsOddly ? PadSame(x, _shape.Kernel, _shape.Stride) : x);
        if (_norm is not null)
            h = _norm.call(h);
        return _shape.Activated ? _activation.Apply(h) : h;
    }

    /// <summary>Zeros around [B, C, H, W] as TensorFlow's SAME: as many as the last window needs, the odd one right and below.</summary>
    private static Tensor PadSame(Tensor x, long kernel, long stride)
    {
        long Lacking(long size) => Math.Max((((size - 1) / stride) * stride) + kernel - size, 0);
        long rows = Lacking(x.shape[2]), columns = Lacking(x.shape[3]);
        return nn.functional.pad(x, [columns / 2, columns - (columns / 2), rows / 2, rows - (rows / 2)]);
    }

    private void Register(nn.Module owner)
    {
        string[] path = _shape.Conv.Split('.');
        if (path.Length == 1)
        {
            owner.register_module(_shape.Conv, _conv);
            if (_norm is not null)
                owner.register_module(_shape.Norm!, _norm);
            return;
        }

        // timm's ConvNormAct: a separate module that contains both.
        owner.register_module(path[0], nn.Sequential((path[1], _conv), (_shape.Norm!.Split('.')[1], _norm!)));
    }
}
