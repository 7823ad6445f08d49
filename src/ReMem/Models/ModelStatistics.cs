using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models;

/// <summary>A model's size, counted from its modules.</summary>
/// <param name="Parameters">Trainable scalars.</param>
/// <param name="Macs">Multiply-accumulates of one image, of convolutions, linear layers and attention products.</param>
public sealed record ModelStatistics(long Parameters, long Macs)
{
    /// <summary>Counts a model of the catalogue at its own image size; transformers are not built for it, since the largest have billions of weights.</summary>
    /// <exception cref="InputException">No model has that name.</exception>
    public static ModelStatistics Of(string name)
    {
        ModelInfo info = ModelCatalogue.Info(name);
        if (ModelCatalogue.ShapeOf(name) is { } shape)
            return TransformerStatistics.Of(shape, info.ImageSize, new ModelOptions().NumClasses);
        using ImageModel model = ModelCatalogue.Create(name);
        return Of(model);
    }

    /// <summary>Counts, by one forward pass that records what every layer was given.</summary>
    public static ModelStatistics Of(ImageModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        // A transformer's linear layers call their hooks only where gradients are wanted.
        using var guard = enable_grad();
        long macs = 0;
        var removers = new List<Action>();
        bool training = model.training;
        model.eval();
        foreach ((_, nn.Module module) in model.named_modules())
        {
            if (module is Conv2d conv)
                removers.Add(conv.register_forward_hook((_, _, output) => Count(output, conv.weight!.numel() / conv.weight.shape[0])).remove);
            else if (module is Linear linear)
                removers.Add(linear.register_forward_hook((_, _, output) => Count(output, linear.weight!.shape[1])).remove);
        }

        Tensor Count(Tensor output, long each)
        {
            macs += output.numel() * each;
            return output;
        }

        Tensor first = model.parameters().First();
        _ = model.call(zeros(1, 3, model.ImageSize, model.ImageSize, dtype: first.dtype, device: first.device));
        foreach (Action remove in removers)
            remove();
        model.train(training);
        if (model is TransformerModel transformer)
            macs += transformer.AttentionMacs;

        return new ModelStatistics(model.parameters().Sum(p => p.numel()), macs);
    }
}
