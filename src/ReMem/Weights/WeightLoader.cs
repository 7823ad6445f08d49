using ReMem.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>What loading did, tensor by tensor.</summary>
/// <param name="Path">The file.</param>
/// <param name="Loaded">How many tensors were read into the model.</param>
/// <param name="Resampled">Position embeddings whose grid was resampled.</param>
/// <param name="NewHead">Head tensors left at initialisation, since the class count differs.</param>
/// <param name="FileClasses">Classes of the file's head; null where it has none.</param>
public sealed record WeightLoadReport(string Path, int Loaded, IReadOnlyList<string> Resampled, IReadOnlyList<string> NewHead, long? FileClasses)
{
    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        string text = $"{Loaded} tensors from {System.IO.Path.GetFileName(Path)}";
        if (Resampled.Count > 0)
            text += $"; {string.Join(", ", Resampled)} resampled to this image size";
        if (NewHead.Count > 0)
            text += $"; new head ({(FileClasses is { } classes ? $"the file's has {classes} classes" : "the file has none")})";
        return text;
    }
}

/// <summary>Reads weights into a model by name.</summary>
public static class WeightLoader
{
    private const int NamesShown = 3;

    /// <summary>Loads a safetensors file; floats are cast to the model's type, position embeddings resampled, a head of other classes left new.</summary>
    /// <exception cref="InputException">A tensor is missing, unexpected, mis-shaped or not finite, or the weights are another architecture's. The
    /// model is unchanged.</exception>
    public static WeightLoadReport Load(ImageModel model, string path)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<string, Tensor> targets = model.state_dict();
        string[] head = [$"{model.Info.Classifier}.weight", $"{model.Info.Classifier}.bias"];
        bool newHead = head.Any(h => !file.Tensors.TryGetValue(h, out TensorEntry? entry) || !entry.Shape.SequenceEqual(targets[h].shape));
        string[] skipped = newHead ? head : [];

        string[] missing = [.. targets.Keys.Where(n => !file.Tensors.ContainsKey(n) && !skipped.Contains(n) && !n.EndsWith("num_batches_tracked", StringComparison.Ordinal))];
        string[] unexpected = [.. file.Tensors.Keys.Where(n => !targets.ContainsKey(n))];
        string[] shared = [.. targets.Keys.Where(n => file.Tensors.ContainsKey(n) && !skipped.Contains(n))];
        string[] misshaped = [.. shared.Where(n => !file.Tensors[n].Shape.SequenceEqual(targets[n].shape) && !CanResample(model, n, file.Tensors[n]))];
        if (missing.Length + unexpected.Length + misshaped.Length > 0)
            throw DoesNotFit(model, file, missing, unexpected, misshaped, targets);

        var resampled = new List<string>();
        var values = new List<(Tensor Target, Tensor Value)>();
        foreach (string name in shared)
        {
            Tensor value = file.Read(name);
            if (value.is_floating_point() && !value.isfinite().all().item<bool>())
                throw new InputException($"The tensor '{name}' holds NaN or infinity.", path, "Take an earlier checkpoint of these weights.");
            if (!value.shape.SequenceEqual(targets[name].shape))
            {
                value = PositionEmbedding.Resample(value.to(ScalarType.Float32), ((VisionTransformer)model).Grid, prefixTokens: 1);
                resampled.Add(name);
            }

            values.Add((targets[name], value));
        }

        foreach ((Tensor target, Tensor value) in values)
            target.copy_(value);
        long? classes = file.Tensors.TryGetValue(head[0], out TensorEntry? given) ? given.Shape[0] : null;
        return new WeightLoadReport(path, values.Count, resampled, skipped, classes);
    }

    /// <summary>How many classes the head in a weights file has.</summary>
    /// <exception cref="InputException">The file has no such head.</exception>
    public static int CountClasses(string model, string path)
    {
        string name = $"{ModelCatalogue.Info(model).Classifier}.weight";
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Tensors.TryGetValue(name, out TensorEntry? head)
            ? (int)head.Shape[0]
            : throw new InputException($"The weights have no classifier '{name}' for the model '{model}'.", path, "Give the weights of that model, with its head.");
    }

    private static bool CanResample(ImageModel model, string name, TensorEntry entry)
    {
        if (model is not VisionTransformer vit || name != "pos_embed" || entry.Shape.Count != 3 || entry.Shape[2] != vit.Shape.Width)
            return false;
        long grid = (long)Math.Sqrt(entry.Shape[1] - 1);
        return grid > 0 && (grid * grid) + 1 == entry.Shape[1];
    }

    private static InputException DoesNotFit(
        ImageModel model, SafetensorsFile file, string[] missing, string[] unexpected, string[] misshaped, Dictionary<string, Tensor> targets)
    {
        var parts = new List<string>();
        if (missing.Length > 0)
            parts.Add($"{missing.Length} tensors are missing ({Few(missing)})");
        if (unexpected.Length > 0)
            parts.Add($"{unexpected.Length} are unexpected ({Few(unexpected)})");
        if (misshaped.Length > 0)
        {
            string first = misshaped[0];
            parts.Add($"{misshaped.Length} have another shape ('{first}' is [{string.Join(", ", file.Tensors[first].Shape)}] rather than [{string.Join(", ", targets[first].shape)}])");
        }

        string? fits = Guess(file);
        return new InputException(
            $"The weights are not those of '{model.Info.Name}': {string.Join(", ", parts)}.",
            file.Path,
            fits is null ? "Give the weights of that model." : $"They look like '{fits}'.");
    }

    private static string Few(string[] names) => string.Join(", ", names.Take(NamesShown)) + (names.Length > NamesShown ? ", ..." : string.Empty);

    /// <summary>The catalogue's architecture whose parameters share most names and shapes with the file, where nearly all do.</summary>
    private static string? Guess(SafetensorsFile file)
    {
        const double nearlyAll = 0.9;
        (string? best, double share) = (null, nearlyAll);
        foreach (ModelInfo info in ModelCatalogue.All)
        {
            using ImageModel candidate = ModelCatalogue.Create(info.Name);
            Dictionary<string, Tensor> state = candidate.state_dict();
            double fits = state.Count(s => file.Tensors.TryGetValue(s.Key, out TensorEntry? e) && e.Shape.SequenceEqual(s.Value.shape));
            double candidateShare = fits / Math.Max(state.Count, file.Tensors.Count);
            if (candidateShare > share)
                (best, share) = (info.Name, candidateShare);
        }

        return best;
    }
}
