using System.Globalization;
using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>Tells which of the catalogue's architectures a weights file belongs to, for messages.</summary>
internal static class ArchitectureGuess
{
    private const double NearlyAll = 0.9;

    /// <summary>The models whose tensors share nearly all names and shapes with the file: the best ones, which may be several of one architecture.</summary>
    public static IReadOnlyList<string> Of(SafetensorsFile file)
    {
        VisionTransformerShape? vit = VitShape(file);
        var best = new List<string>();
        double bestShare = NearlyAll;
        bool HasClassifier(ModelInfo info) => file.Tensors.ContainsKey($"{info.Classifier}.weight");
        bool headless = !ModelCatalogue.All.Any(HasClassifier);
        foreach (ModelInfo info in ModelCatalogue.All)
        {
            // A large ViT takes seconds and a gigabyte to build: only those of the file's own width, depth and patch are.
            VisionTransformerShape? shape = ModelCatalogue.ShapeOf(info.Name);
            if (shape is null != vit is null || (shape is not null && shape with { Heads = 0 } != vit))
                continue;

            // Nor are all convolutional networks built for a file whose classifier tells the family.
            if (!headless && !HasClassifier(info))
                continue;
            double share = Share(file, info.Name);
            if (share > bestShare)
                best.Clear();
            if (share >= bestShare)
                best.Add(info.Name);
            bestShare = Math.Max(share, bestShare);
        }

        return best;
    }

    private static double Share(SafetensorsFile file, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using ImageModel candidate = ModelCatalogue.Create(name);
        Dictionary<string, Tensor> state = candidate.state_dict();
        double fits = state.Count(s => file.Tensors.TryGetValue(s.Key, out TensorEntry? e) && e.Shape.SequenceEqual(s.Value.shape));
        return fits / Math.Max(state.Count, file.Tensors.Count);
    }

    /// <summary>Patch, width and depth of a file with a ViT's tensors; heads leave no trace in shapes and are 0.</summary>
    private static VisionTransformerShape? VitShape(SafetensorsFile file)
    {
        if (!file.Tensors.TryGetValue("patch_embed.proj.weight", out TensorEntry? patch) || patch.Shape.Count != 4)
            return null;
        int depth = file.Tensors.Keys
            .Select(n => n.Split('.'))
            .Where(n => n.Length > 2 && n[0] == "blocks" && int.TryParse(n[1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(n => n[1])
            .Distinct()
            .Count();
        return new VisionTransformerShape((int)patch.Shape[3], (int)patch.Shape[0], depth, 0);
    }
}
