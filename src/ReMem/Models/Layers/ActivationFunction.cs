using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>Applies an <see cref="Activation"/>.</summary>
internal static class ActivationFunction
{
    /// <summary>The activation of x, elementwise; may overwrite x, which no other layer may need any more.</summary>
    public static Tensor Apply(this Activation activation, Tensor x) => activation switch
    {
        Activation.Relu => x.relu_(),
        Activation.Relu6 => nn.functional.relu6(x),
        Activation.Silu => nn.functional.silu(x),
        Activation.HardSwish => nn.functional.hardswish(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
    };
}
