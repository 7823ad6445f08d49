using System.Text.Json;
using System.Text.Json.Nodes;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>
/// A model as timm's <c>local-dir:</c> reads it: model.safetensors, config.json and labels.txt. Reweighting is folded into the weights, so the
/// file is an ordinary model.
/// </summary>
public static class ModelFolder
{
    private const string WeightsFile = "model.safetensors";
    private const string ConfigFile = "config.json";
    private const string LabelsFile = "labels.txt";

    /// <summary>Writes the folder; every file appears whole or not at all, the configuration last.</summary>
    /// <param name="directory">Made where missing.</param>
    /// <param name="model">Not changed.</param>
    /// <param name="labels">Class names in index order.</param>
    /// <param name="castFloatsTo">Stores the weights in this type, such as Float16; null keeps float32.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void Save(string directory, ImageModel model, IReadOnlyList<string> labels, ScalarType? castFloatsTo = null)
    {
        using DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(Path.Combine(directory, WeightsFile), FoldedState(model), new Dictionary<string, string> { ["format"] = "pt" }, castFloatsTo);
        AtomicFile.WriteAllText(Path.Combine(directory, LabelsFile), string.Concat(labels.Select(l => l + "\n")));
        AtomicFile.WriteAllText(Path.Combine(directory, ConfigFile), Config(model, labels).ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    /// <summary>Reads a folder that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InputException">A file is missing or does not fit the others.</exception>
    public static (ImageModel Model, IReadOnlyList<string> Labels) Load(string directory)
    {
        string config = Path.Combine(directory, ConfigFile);
        if (!File.Exists(config))
            throw new InputException("This is no model folder: it has no config.json.", directory, "Give a folder that 'remem finetune' or 'remem distill' wrote.");
        (string name, int classes, int size) = ReadConfig(config);
        string labelsFile = Path.Combine(directory, LabelsFile);
        string[] labels = File.Exists(labelsFile) ? File.ReadAllLines(labelsFile) : [.. Enumerable.Range(0, classes).Select(i => $"class {i}")];
        if (labels.Length != classes)
            throw new InputException($"labels.txt names {labels.Length} classes, but config.json says {classes}.", directory, "Restore the folder.");
        ImageModel model = ModelCatalogue.Create(name, new ModelOptions { NumClasses = classes, ImageSize = size });
        WeightLoadReport report = WeightLoader.Load(model, Path.Combine(directory, WeightsFile));
        if (report.NewHead.Count > 0)
            throw new InputException($"The weights' head has {report.FileClasses} classes, but config.json says {classes}.", directory, "Restore the folder.");
        model.eval();
        return (model, labels);
    }

    /// <summary>The state dict with a ViT's branch scales folded in. Changed tensors belong to the caller's scope.</summary>
    public static Dictionary<string, Tensor> FoldedState(ImageModel model)
    {
        using var guard = no_grad();
        Dictionary<string, Tensor> state = model.state_dict();
        if (model is not VisionTransformer vit)
            return state;
        for (int i = 0; i < vit.Blocks.Count; i++)
        {
            foreach ((string parameter, double scale) in vit.Blocks[i].FoldableScales())
                state[$"blocks.{i}.{parameter}"] = state[$"blocks.{i}.{parameter}"] * scale;
        }

        return state;
    }

    private static JsonObject Config(ImageModel model, IReadOnlyList<string> labels)
    {
        var arguments = new JsonObject();
        if (model is VisionTransformer && model.ImageSize != model.Info.ImageSize)
            arguments["img_size"] = model.ImageSize;
        return new JsonObject
        {
            ["architecture"] = model.Info.Name,
            ["num_classes"] = model.Options.NumClasses,
            ["num_features"] = model.NumFeatures,
            ["model_args"] = arguments,
            ["pretrained_cfg"] = new JsonObject
            {
                ["custom_load"] = false,
                ["input_size"] = new JsonArray(3, model.ImageSize, model.ImageSize),
                ["interpolation"] = model.Info.Interpolation,
                ["crop_pct"] = model.Info.CropPct,
                ["crop_mode"] = "center",
                ["mean"] = new JsonArray([.. model.Info.Normalization.Mean.Select(m => (JsonNode)m)]),
                ["std"] = new JsonArray([.. model.Info.Normalization.Std.Select(s => (JsonNode)s)]),
                ["num_classes"] = model.Options.NumClasses,
                ["classifier"] = model.Info.Classifier,
                ["label_names"] = new JsonArray([.. labels.Select(l => (JsonNode)l)]),
            },
        };
    }

    private static (string Name, int Classes, int Size) ReadConfig(string path)
    {
        try
        {
            using JsonDocument config = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement root = config.RootElement;
            return (
                root.GetProperty("architecture").GetString()!,
                root.GetProperty("num_classes").GetInt32(),
                root.GetProperty("pretrained_cfg").GetProperty("input_size")[1].GetInt32());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException("The model's config.json lacks architecture, num_classes or pretrained_cfg.input_size.", path, "Restore the folder.", e);
        }
    }
}
