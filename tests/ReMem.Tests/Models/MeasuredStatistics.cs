using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>A model's size from one forward pass whose layers are watched.</summary>
internal static class MeasuredStatistics
{
    public static ModelStatistics Of(ImageModel model)
    {
        using DisposeScope scope = NewDisposeScope();

        // A transformer's linear layers call their hooks only where libtorch computes the plain product.
        using var guard = enable_grad();
        using IDisposable plain = KernelPath<ProductKernel>.Force(ProductKernel.Libtorch);
        long macs = 0;
        model.eval();
        foreach ((_, nn.Module module) in model.named_modules())
        {
            if (module is Convolution conv)
                conv.register_forward_hook((_, _, output) => Count(output, conv.weight!.numel() / conv.weight.shape[0]));
            else if (module is Linear linear)
                linear.register_forward_hook((_, _, output) => Count(output, linear.weight!.shape[1]));
        }

        Tensor Count(Tensor output, long each)
        {
            macs += output.numel() * each;
            return output;
        }

        long parameters = model.parameters().Sum(p => p.numel());
        if (model is not TransformerModel transformer)
        {
            _ = model.call(zeros(1, 3, model.ImageSize, model.ImageSize));
            return new ModelStatistics(parameters, macs);
        }

        long patches = (long)transformer.Grid * transformer.Grid;
        long patchWeights = transformer.get_parameter("patch_embed.proj.weight")!.numel();
        _ = transformer.ForwardHead(transformer.ForwardBlocks(zeros(1, transformer.TokenCount, transformer.Shape.Width), 0));
        return new ModelStatistics(parameters, macs + (patches * patchWeights) + Products(transformer));
    }

    /// <summary>What no layer's output shows: the products of attention, and projections whose biases are apart from them.</summary>
    private static long Products(TransformerModel model)
    {
        TransformerShape shape = model.Shape;
        long tokens = model.TokenCount, width = shape.Width;
        bool apart = shape.QkvBias && (shape is BeitShape || shape is EvaShape { SplitQkv: false });
        long pool = shape.Pool == GlobalPool.Map ? 2L * model.Grid * model.Grid * width : 0;
        return (shape.Depth * ((2 * tokens * tokens * width) + (apart ? 3 * tokens * width * width : 0))) + pool;
    }
}
