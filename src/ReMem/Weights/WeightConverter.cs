using ReMem.Models;
using ReMem.Weights.Families;
using ReMem.Weights.Files;
using ReMem.Weights.Hub;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>Writes weights of any format and naming as safetensors with timm's names, one tensor in memory at a time.</summary>
internal static class WeightConverter
{
    private const string Extension = ".safetensors";

    /// <summary>Converts a file.</summary>
    /// <param name="input">As <see cref="WeightsFile.Open"/> takes, or any source that <paramref name="sources"/> resolves.</param>
    /// <param name="output">A .safetensors file; an existing one is replaced.</param>
    /// <param name="options">null is the default.</param>
    /// <param name="sources">Resolves the input, after the output and the options were checked; null allows only local paths.</param>
    /// <param name="cancellationToken">Stops a download.</param>
    /// <exception cref="InputException">The input cannot be read, holds NaN or infinity, or does not fit the model; the output cannot be
    /// written, or a value does not fit float16.</exception>
    /// <exception cref="ReMemException">A server or the network failed.</exception>
    public static WeightConversionResult Convert(
        string input, string output, WeightConversionOptions? options = null, WeightSource? sources = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new WeightConversionOptions();
        if (!Path.GetExtension(output).Equals(Extension, StringComparison.OrdinalIgnoreCase))
            throw new InputException("remem writes weights as safetensors.", output, "Give a file name that ends in .safetensors.");
        if (options.Model is { } model)
            ModelCatalogue.Info(model);
        using TimmWeightsFile file = TimmWeightsFile.Open(
            sources?.ResolveFile(input, cancellationToken) ?? input, options.Prefix, options.Model is null
                ? null
                : WantedShapes.Of(options.Model));
        if (Path.GetFullPath(output) == Path.GetFullPath(file.Path))
            throw new InputException("The output file is the input file.", output, "Give another file name.");
        IReadOnlyList<DroppedTensor> dropped = options.Model is { } name ? RequireFit(file, name).Dropped : file.Dropped;
        HashSet<string> left = [.. dropped.Select(d => d.Name)];
        TensorEntry[] kept = [.. file.Tensors.Values.Where(e => !file.SourcesOf(e.Name).All(left.Contains))];
        foreach (TensorEntry tensor in kept.Where(e => !ShapeAdaptation.IsComputed(e.Name)))
            WeightLoader.RequireFinite(file, tensor.Name);
        var metadata = new Dictionary<string, string>(file.Metadata, StringComparer.Ordinal) { ["format"] = "pt" };
        if (options.Model is not null)
            metadata["architecture"] = options.Model;
        SafetensorsWriter.WriteEach(
            output, kept.Select(e => new PendingTensor(e, () => file.Read(e.Name))), metadata, options.Half ? ScalarType.Float16 : null);
        return new WeightConversionResult(Path.GetFullPath(output), file.Format, file.Family, kept.Length, file.RenamedCount, dropped)
        {
            Model = options.Model,
            StateDict = file.Metadata.GetValueOrDefault("state_dict"),
            Prefix = file.Prefix,
            OtherNetworks = file.OtherNetworks,
        };
    }

    private static WeightLoadReport RequireFit(TimmWeightsFile file, string name)
    {
        bool hasHead = file.Tensors.TryGetValue($"{ModelCatalogue.Info(name).Classifier}.weight", out TensorEntry? head)
            && head.Shape is [> 0 and <= int.MaxValue, _];
        using ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = hasHead ? (int)head!.Shape[0] : 1 });
        return WeightLoader.Load(model, file);
    }
}
