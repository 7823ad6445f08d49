using System.Globalization;
using ReMem.Models;
using ReMem.Weights.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>Guesses which of the catalogue's architectures a weights file belongs to, for messages.</summary>
internal static class ArchitectureGuess
{
    private const double NearlyAll = 0.9;

    /// <summary>The first layer of convolutional networks, by the name of their classifier.</summary>
    private static readonly Dictionary<string, string> Stems = new(StringComparer.Ordinal)
    {
        ["fc"] = "conv1.weight",
        ["classifier"] = "conv_stem.weight",
        ["head.fc"] = "stem.0.weight",
    };

    /// <summary>
    /// The models that share the most tensor names and shapes with the file, nearly all of them; several where their architectures are
    /// equal.
    /// </summary>
    public static IReadOnlyList<string> Of(WeightsFile file)
    {
        (int Patch, int Width, int Depth)? own = TransformerNumbers(file);
        var best = new List<string>();

        // Nothing is built for a file whose first layers match no network of the catalogue.
        if (own is null && !Stems.Values.Any(file.Tensors.ContainsKey))
            return best;
        double bestShare = NearlyAll;
        bool HasClassifier(ModelInfo info) => file.Tensors.ContainsKey($"{info.Classifier}.weight");
        bool headless = !ModelCatalogue.All.Any(HasClassifier);
        foreach (ModelInfo info in ModelCatalogue.All)
        {
            // A large ViT takes seconds and gigabytes to build: only those with the file's width, depth and patch size are built, with a
            // single block.
            TransformerShape? shape = ModelCatalogue.ShapeOf(info.Name);
            if (own is null && (!Stems.TryGetValue(info.Classifier, out string? stem) || !file.Tensors.ContainsKey(stem)))
                continue;
            if (own is null != shape is null || (shape is not null && (shape.PatchSize, shape.Width, shape.Depth) != own))
                continue;

            // Where the classifier's name identifies the family, only its convolutional networks are built.
            if (!headless && !HasClassifier(info))
                continue;
            double share = Share(file, info, shape);
            if (share > bestShare)
                best.Clear();
            if (share >= bestShare)
                best.Add(info.Name);
            bestShare = Math.Max(share, bestShare);
        }

        return best;
    }

    private static double Share(WeightsFile file, ModelInfo info, TransformerShape? shape)
    {
        using DisposeScope scope = NewDisposeScope();
        using ImageModel candidate = shape is null
            ? ModelCatalogue.Create(info.Name)
            : (shape with { Depth = 1 }).Build(info, new ModelOptions());
        int depth = shape?.Depth ?? 1;
        double fits = 0, all = 0;
        foreach ((string name, Tensor value) in candidate.state_dict())
        {
            // The first block represents all blocks.
            int weight = BlockOf(name) is null ? 1 : depth;
            all += weight;
            if (file.Tensors.TryGetValue(name, out TensorEntry? given) && given.Shape.SequenceEqual(value.shape))
                fits += weight;
        }

        return fits / Math.Max(all, file.Tensors.Count);
    }

    private static int? BlockOf(string name) =>
        name.Split('.') is ["blocks", var index, _, ..]
            && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out int block) ? block : null;

    /// <summary>Patch size, width and depth of a file with a transformer's tensors.</summary>
    public static (int Patch, int Width, int Depth)? TransformerNumbers(WeightsFile file)
    {
        if (!file.Tensors.TryGetValue("patch_embed.proj.weight", out TensorEntry? patch) || patch.Shape.Count != 4)
            return null;
        int depth = file.Tensors.Keys.Select(BlockOf).OfType<int>().Distinct().Count();
        return ((int)patch.Shape[3], (int)patch.Shape[0], depth);
    }
}
