using ReMem.Models;
using ReMem.Runtime;
using ReMem.Weights.Families;
using ReMem.Weights.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>
/// A model folder as timm's <c>local-dir:</c> reads it: model.safetensors, config.json and labels.txt. Reweighting is folded into the
/// weights, so the file is an ordinary model.
/// </summary>
public static class ModelFolder
{
    private const string WeightsFile = "model.safetensors";
    private const string ConfigFile = "config.json";
    private const string LabelsFile = "labels.txt";

    /// <summary>
    /// Writes the folder. All three files are complete before any earlier one is replaced, and a folder whose replacement
    /// was interrupted has no config.json, so that a mixture of old and new files is never loaded.
    /// </summary>
    /// <param name="directory">Made where missing; other files in it stay.</param>
    /// <param name="model">Not changed.</param>
    /// <param name="labels">Class names in index order; a line break in one is a space in labels.txt.</param>
    /// <param name="castFloatsTo">Stores the weights in this type, such as Float16; null keeps float32.</param>
    /// <exception cref="InputException">A file cannot be written; an earlier folder is as it was.</exception>
    /// <exception cref="ReMemException">A weight or a running statistic is NaN or infinite; an earlier folder is as it was.</exception>
    /// <exception cref="ArgumentException">The number of labels is not the number of classes.</exception>
    public static void Save(string directory, ImageModel model, IReadOnlyList<string> labels, ScalarType? castFloatsTo = null)
    {
        if (labels.Count != model.Options.NumClasses)
            throw new ArgumentException($"{labels.Count} labels for {model.Options.NumClasses} classes.", nameof(labels));
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> state = FiniteState(model, directory);
        AtomicFile.WriteTogether(directory, ConfigFile, stage =>
        {
            SafetensorsWriter.Write(
                Path.Combine(stage, WeightsFile), state, new Dictionary<string, string> { ["format"] = "pt" }, castFloatsTo);
            AtomicFile.WriteAllText(Path.Combine(stage, LabelsFile), string.Concat(labels.Select(l => l.ReplaceLineEndings(" ") + "\n")));
            AtomicFile.WriteAllText(Path.Combine(stage, ConfigFile), ModelFolderConfig.Write(model, labels));
        });
    }

    /// <summary>Writes the weights alone, as safetensors.</summary>
    /// <param name="file">An existing one is replaced.</param>
    /// <param name="model">Not changed.</param>
    /// <param name="castFloatsTo">Stores the weights in this type, such as Float16; null keeps float32.</param>
    /// <exception cref="InputException">The file cannot be written, or a weight does not fit the type.</exception>
    /// <exception cref="ReMemException">A weight or a running statistic is NaN or infinite.</exception>
    public static void SaveWeights(string file, ImageModel model, ScalarType? castFloatsTo = null)
    {
        using DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(file, FiniteState(model, file), new Dictionary<string, string> { ["format"] = "pt" }, castFloatsTo);
    }

    /// <summary>
    /// Reads a folder that <see cref="Save"/> wrote, or one in timm's layout. The model normalises and crops as config.json says.
    /// </summary>
    /// <exception cref="InputException">A file is missing or does not fit the others.</exception>
    public static (ImageModel Model, IReadOnlyList<string> Labels) Load(string directory)
    {
        string path = Path.Combine(directory, ConfigFile);
        if (!File.Exists(path))
            throw new InputException(
                "This is not a model folder: it has no config.json.", directory,
                "Give a folder that 'remem finetune' or 'remem distill' wrote.");
        ModelFolderConfig config = ModelFolderConfig.Read(path);
        string labelsFile = Path.Combine(directory, LabelsFile);
        IReadOnlyList<string>? named = File.Exists(labelsFile) ? ReadLabels(labelsFile) : config.Labels;
        if (named is not null && named.Count != config.Options.NumClasses)
        {
            string source = File.Exists(labelsFile) ? LabelsFile : "label_names";
            throw new InputException($"{source} names {named.Count} classes, but config.json says {config.Options.NumClasses}.", directory,
                "Restore the folder.");
        }

        using TimmWeightsFile weights = TimmWeightsFile.Open(Path.Combine(directory, WeightsFile), null, WantedShapes.Of(config.Info.Name));
        ModelFolderSizes.RequireJustified(config, weights, directory);
        IReadOnlyList<string> labels = named ?? [.. Enumerable.Range(0, config.Options.NumClasses).Select(i => $"class {i}")];
        ImageModel model = ModelCatalogue.Create(config.Info, config.Options);
        try
        {
            WeightLoadReport report = WeightLoader.Load(model, weights);
            if (report.NewHead.Count > 0)
            {
                string has = report.FileClasses is { } classes ? $"a head of {classes} classes" : "no head";
                throw new InputException($"The weights have {has}, but config.json says {labels.Count} classes.", directory,
                    "Restore the folder.");
            }
        }
        catch
        {
            model.Dispose();
            throw;
        }

        model.eval();
        return (model, labels);
    }

    /// <summary>
    /// The model that <see cref="Load"/> would give back of what <see cref="Save"/> wrote, bit for bit and without the disk: the scales
    /// folded in, and nothing left of the training. The caller disposes it.
    /// </summary>
    /// <param name="model">Not changed.</param>
    internal static ImageModel Reloaded(ImageModel model)
    {
        ModelOptions options = model.Options;
        ImageModel copy = ModelCatalogue.Create(model.Info, new ModelOptions
        {
            NumClasses = options.NumClasses,
            ImageSize = model.ImageSize,
            GlobalPool = options.GlobalPool,
            QkNorm = options.QkNorm,
        });
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Dictionary<string, Tensor> state = FoldedState(model);
        foreach ((string name, Tensor target) in copy.state_dict())
            target.copy_(state[name]);
        copy.eval();
        return copy;
    }

    /// <summary>Whether a model has scales that are folded into its weights when it is saved.</summary>
    internal static bool HasScales(ImageModel model) =>
        model is TransformerModel transformer && transformer.Blocks.Any(block => block.FoldableScales().Any());

    /// <summary>What is saved of a model, in whatever form: <see cref="FoldedState"/>, refused where nothing could load it again.</summary>
    /// <param name="model">Not changed.</param>
    /// <param name="where">The file or folder, for the message.</param>
    /// <exception cref="ReMemException">A weight or a running statistic is NaN or infinite.</exception>
    internal static Dictionary<string, Tensor> FiniteState(ImageModel model, string where)
    {
        Dictionary<string, Tensor> state = FoldedState(model);
        FiniteTensors.RequireToSave(state, "the model", where);
        return state;
    }

    private static string[] ReadLabels(string path)
    {
        return [.. InputFile.ReadLines(path, "labels file", "Restore the folder: labels.txt has one class name per line.")];
    }

    /// <summary>The state dict with a transformer's branch scales folded in. Changed tensors belong to the caller's scope.</summary>
    internal static Dictionary<string, Tensor> FoldedState(ImageModel model)
    {
        using var guard = no_grad();
        Dictionary<string, Tensor> state = model.state_dict();
        if (model is not TransformerModel transformer)
            return state;
        for (int i = 0; i < transformer.Blocks.Count; i++)
        {
            foreach ((string parameter, double scale) in transformer.Blocks[i].FoldableScales())
                state[$"blocks.{i}.{parameter}"] = state[$"blocks.{i}.{parameter}"].clone().TimesInPlace(scale);
        }

        return state;
    }
}
