using System.Numerics;
using System.Runtime.InteropServices;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Weights.Families;
using ReMem.Weights.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>Reads weights into a model by name.</summary>
public static class WeightLoader
{
    private const int NamesShown = 3;

    /// <summary>Loads a file of any format and naming that <see cref="TimmWeightsFile"/> knows; floats are cast to the model's type,
    /// position embeddings and patch kernels resampled, and a head with other classes left at initialisation.</summary>
    /// <param name="model">Its classifier is <see cref="ModelInfo.Classifier"/>.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How strict loading is; null is the default.</param>
    /// <exception cref="InputException">A tensor is missing, unexpected, mis-shaped or not finite, or the weights are another
    /// architecture's. The model is unchanged.</exception>
    public static WeightLoadReport Load(ImageModel model, string path, WeightLoadOptions? options = null)
    {
        using TimmWeightsFile file = TimmWeightsFile.Open(path, options?.Prefix, WantedShapes.Of(model));
        return Load(model, file, options);
    }

    /// <summary>Loads an open file.</summary>
    /// <inheritdoc cref="Load(ImageModel, string, WeightLoadOptions?)"/>
    internal static WeightLoadReport Load(ImageModel model, TimmWeightsFile file, WeightLoadOptions? options = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Dictionary<string, Tensor> targets = model.state_dict();
        string[] head = [.. model.Info.HeadTensors];
        string[] skipped = IsOtherHead(file, head, targets) ? head : [];

        string[] missing = [.. targets.Keys.Where(n =>
            !file.Tensors.ContainsKey(n) && !skipped.Contains(n) && !n.EndsWith("num_batches_tracked", StringComparison.Ordinal))];
        string[] unexpected = [.. file.Tensors.Keys.Where(n => !targets.ContainsKey(n) && !ShapeAdaptation.IsComputed(n))];
        string[] common = [.. targets.Keys.Where(n => file.Tensors.ContainsKey(n) && !skipped.Contains(n))];
        string[] misshaped = [.. common.Where(n =>
            !file.Tensors[n].Shape.SequenceEqual(targets[n].shape) && !ShapeAdaptation.CanAdapt(model, n, file.Tensors[n].Shape))];
        string[] shared = [.. common.Except(misshaped)];

        // Where the file has the whole model, its other tensors may be anything except parts of another one.
        IReadOnlyDictionary<string, string> company = new Dictionary<string, string>();
        (string Name, long Classes)? fileHead = null;
        if (missing.Length + misshaped.Length == 0)
            (company, fileHead) = Company.Of(file, model, unexpected, skipped.Length > 0);
        unexpected = [.. unexpected.Where(n => !company.ContainsKey(n))];
        bool fits = missing.Length + unexpected.Length + misshaped.Length == 0;
        if (!fits && (options?.AllowMissing != true || shared.Length == 0))
            throw DoesNotFit(model, file, missing, unexpected, misshaped, targets);

        // Two passes over the file: an error in the last tensor must be found before the first is changed, and only one tensor is in
        // memory.
        foreach (string name in shared)
        {
            RequireFinite(file, name);
        }

        var resampled = new List<string>();
        foreach (string name in shared)
        {
            using DisposeScope one = NewDisposeScope();
            if (CanCopyBytes(file.Tensors[name], targets[name]) && file.TryMap(name, out ReadOnlySpan<byte> bytes))
            {
                bytes.CopyTo(targets[name].bytes);
                continue;
            }

            Tensor value = file.Read(name);
            if (!value.shape.SequenceEqual(targets[name].shape))
            {
                value = ShapeAdaptation.Adapt(model, name, value);
                resampled.Add(name);
            }

            targets[name].copy_(value);
        }

        long? classes = file.Tensors.TryGetValue(head[0], out TensorEntry? given) && given.Shape.Count == 2
            ? given.Shape[0]
            : fileHead?.Classes;
        return new WeightLoadReport(file.Path, shared.Length, resampled, skipped, classes)
        {
            Format = file.Format,
            Family = file.Family,
            Renamed = file.RenamedCount,
            FileHead = fileHead?.Name,
            Prefix = file.Prefix,
            OtherNetworks = file.OtherNetworks,
            Dropped =
                [.. file.Dropped, .. company.SelectMany(c => file.SourcesOf(c.Key).Select(source => new DroppedTensor(source, c.Value)))],
            StateDict = file.Metadata.GetValueOrDefault("state_dict"),
            Missing = missing,
            Unexpected = unexpected,
            MisShaped = misshaped,
        };
    }

    /// <summary>The number of classes of the head in a weights file.</summary>
    /// <exception cref="InputException">The file has no such head.</exception>
    /// <param name="model">timm's name of the model.</param>
    /// <param name="path">The file.</param>
    /// <param name="prefix">As <see cref="WeightLoadOptions.Prefix"/>.</param>
    internal static int CountClasses(string model, string path, string? prefix = null)
    {
        string name = $"{ModelCatalogue.Info(model).Classifier}.weight";
        using TimmWeightsFile file = TimmWeightsFile.Open(path, prefix, WantedShapes.Of(model));
        return file.Tensors.TryGetValue(name, out TensorEntry? head) && head.Shape is [> 0 and <= int.MaxValue, _]
            ? (int)head.Shape[0]
            : throw new InputException($"The weights have no classifier '{name}' for the model '{model}'.", path,
                "Give the weights of that model, with its head.");
    }

    /// <summary>Whether the file's bytes can be copied directly into the model.</summary>
    private static bool CanCopyBytes(TensorEntry entry, Tensor target) =>
        target.dtype == entry.Type && target.device_type == DeviceType.CPU && target.is_contiguous()
            && entry.Shape.SequenceEqual(target.shape);

    /// <summary>Throws for a tensor of a file that has NaN or infinity.</summary>
    /// <exception cref="InputException">A number is NaN or infinite.</exception>
    internal static void RequireFinite(TimmWeightsFile file, string name)
    {
        if (!IsFinite(file, name))
            throw new InputException(
                $"The tensor '{name}' holds NaN or infinity.", file.Path, "Use an earlier checkpoint of these weights.");
    }

    /// <summary>
    /// Whether no number is NaN or infinite: float32 is checked in place; for other types a finite sum shows it without a tensor of flags.
    /// </summary>
    private static bool IsFinite(TimmWeightsFile file, string name)
    {
        if (file.Tensors[name].Type == ScalarType.Float32 && file.TryMap(name, out ReadOnlySpan<byte> bytes))
            return IsFinite(MemoryMarshal.Cast<byte, uint>(bytes));
        using Tensor value = file.Read(name);
        return FiniteTensors.IsFinite(value);
    }

    /// <summary>NaN and infinity are the float32 numbers whose exponent bits are all set.</summary>
    private static bool IsFinite(ReadOnlySpan<uint> values)
    {
        const uint Exponent = 0x7F800000;
        var exponent = new Vector<uint>(Exponent);
        int i = 0;
        for (; i <= values.Length - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            if (Vector.EqualsAny(new Vector<uint>(values[i..]) & exponent, exponent))
                return false;
        }

        for (; i < values.Length; i++)
        {
            if ((values[i] & Exponent) == Exponent)
                return false;
        }

        return true;
    }

    internal static string Few(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(NamesShown).Select(PlainText.WithoutControls)) + (names.Count > NamesShown ? ", ..." : string.Empty);

    /// <summary>Whether the file has no head, or one with the same feature width and other classes.</summary>
    private static bool IsOtherHead(WeightsFile file, string[] head, Dictionary<string, Tensor> targets)
    {
        if (!head.Any(file.Tensors.ContainsKey))
            return true;
        long[] wanted = targets[head[0]].shape;
        return file.Tensors.TryGetValue(head[0], out TensorEntry? given)
            && given.Shape.Count == 2 && given.Shape[1] == wanted[1] && given.Shape[0] != wanted[0];
    }

    private static InputException DoesNotFit(
        ImageModel model, TimmWeightsFile file, string[] missing, string[] unexpected, string[] misshaped,
        Dictionary<string, Tensor> targets)
    {
        var parts = new List<string>();
        if (missing.Length > 0)
            parts.Add($"{missing.Length} tensors are missing ({Few(missing)})");
        if (unexpected.Length > 0)
            parts.Add($"{unexpected.Length} are unexpected ({Few(unexpected)})");
        if (misshaped.Length > 0)
        {
            string first = misshaped[0];
            parts.Add($"{misshaped.Length} have another shape ('{first}' is [{string.Join(", ", file.Tensors[first].Shape)}] rather "
                + $"than [{string.Join(", ", targets[first].shape)}])");
        }

        IReadOnlyList<string> alike = ArchitectureGuess.Of(file);
        string remedy = alike switch
        {
            [] => "Give the weights of that model.",
            _ when alike.Contains(model.Info.Name) => "Give weights that have all its tensors and no others.",
            _ => $"They look like {string.Join(" or ", alike.Select(n => $"'{n}'"))}.",
        };
        if (file.SeenPrefixes.Count > 0)
            remedy += $" The file's names begin with {WeightsErrors.Or(file.SeenPrefixes)}: give the prefix to use.";
        if (file.SteppedOver.FirstOrDefault(s => s.StartsWith("the tensor", StringComparison.Ordinal)) is { } unread)
            remedy += $" It also has {PlainText.WithoutControls(unread)}, which is not read.";
        return new InputException($"The weights are not those of '{model.Info.Name}': {string.Join(", ", parts)}.", file.Path, remedy);
    }
}
