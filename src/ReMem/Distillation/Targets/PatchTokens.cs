using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>Outputs by spatial position: patches of a transformer, cells of a convolutional network's last map.</summary>
internal static class PatchTokens
{
    /// <summary>Tokens [B, G G, D] of unpooled features, row by row.</summary>
    public static Tensor Of(ImageModel model, Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = model is TransformerModel transformer
            ? features.narrow(1, transformer.Shape.PrefixTokens, features.shape[1] - transformer.Shape.PrefixTokens)
            : features.flatten(2).transpose(1, 2);
        return tokens.MoveToOuterDisposeScope();
    }

    /// <summary>Side of the grid and width of a token, for square images; a convolutional network is run on a zero image.</summary>
    /// <param name="model">Not changed.</param>
    /// <param name="size">Side of the images, pixels.</param>
    public static (int Grid, int Width) ShapeOf(ImageModel model, int size)
    {
        if (model is TransformerModel transformer)
            return (transformer.Grid, transformer.Shape.Width);
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        bool training = model.training;
        model.eval();
        Tensor first = model.parameters().First();
        Tensor maps = model.ForwardFeatures(zeros(1, 3, size, size, dtype: first.dtype, device: first.device));
        model.train(training);
        return ((int)maps.shape[2], (int)maps.shape[1]);
    }
}
