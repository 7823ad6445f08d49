using static TorchSharp.torch;

namespace ReMem.Tests.Models;

/// <summary>The goldens' formula for weights.</summary>
internal static class GoldenWeights
{
    private static readonly string[] Embeddings = ["pos_embed", "cls_token", "reg_token", "dist_token", "latent"];

    public static void Fill(nn.Module model)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (name, value) in model.state_dict())
        {
            string last = name[(name.LastIndexOf('.') + 1)..];
            if (last == "num_batches_tracked")
            {
                value.zero_();
                continue;
            }

            (double offset, double scale) = last switch
            {
                "running_mean" => (0, 0.1),
                "running_var" => (1, 0.5),
                _ when Embeddings.Any(e => name.EndsWith(e, StringComparison.Ordinal)) => (0, 0.2),
                "gamma" => (0.5, 0.1),
                "bias" => (0, 0.1),
                _ when value.dim() == 1 => (1, 0.1),
                _ => (0, Math.Sqrt(3.0 / value.shape[1..].Aggregate(1L, (a, b) => a * b))),
            };
            value.copy_(tensor(Goldens.UniformFloats(name, value.numel(), offset, scale)).view(value.shape));
        }
    }
}
