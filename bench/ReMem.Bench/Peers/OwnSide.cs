using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Bench.Peers;

/// <summary>The work in this process, as training and evaluation do it.</summary>
internal sealed class OwnSide
{
    private const string Tiny = "vit_tiny_patch16_224";
    private readonly Dictionary<(int, int, string), ImageModel> _models = [];

    public PeerAnswer Run(PeerWork work)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = work.Type == "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32;
        if (work.Patch == 0)
        {
            Tensor a = randn(work.Size, work.Size).to(type), b = randn(work.Size, work.Size).to(type);
            return Time(work.Steps, () => MatrixProduct.Linear(a, b, null), 0);
        }

        ImageModel model = Model(work, type);
        Tensor images = randn(work.Batch, 3, work.Size, work.Size).to(type);
        Tensor labels = arange(work.Batch, ScalarType.Int64);
        model.train(work.Backward);
        return Time(
            work.Steps,
            work.Backward ? () => Backward(model, images, labels) : () => Forward(model, images),
            model.parameters().Sum(p => p.numel()));
    }

    /// <summary>timm's vit_tiny, with the patch size of the work.</summary>
    public static ImageModel Create(PeerWork work)
    {
        using var timm = (TransformerModel)ModelCatalogue.Create(Tiny);
        return (timm.Shape with { PatchSize = work.Patch }).Build(timm.Info, new ModelOptions { ImageSize = work.Size });
    }

    private static PeerAnswer Time(int steps, Action step, long parameters)
    {
        var clock = new CostClock();
        for (int i = 0; i < steps; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            step();
        }

        Cost cost = clock.Elapsed;
        return new PeerAnswer(cost.Wall, cost.Processor, parameters);
    }

    private static void Forward(ImageModel model, Tensor images)
    {
        using var guard = no_grad();
        model.call(images);
    }

    private static void Backward(ImageModel model, Tensor images, Tensor labels)
    {
        nn.functional.cross_entropy(model.call(images), labels).backward();
        model.zero_grad(set_to_none: true);
    }

    private ImageModel Model(PeerWork work, ScalarType type)
    {
        (int, int, string) key = (work.Size, work.Patch, work.Type);
        if (!_models.TryGetValue(key, out ImageModel? model))
        {
            model = Create(work);
            model.to(type);
            foreach ((_, Tensor value) in model.state_dict())
                value.DetachFromDisposeScope();
            _models[key] = model;
        }

        return model;
    }
}
