using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Runtime;

namespace ReMem.Weights;

/// <summary>The config.json of a model folder, in timm's form.</summary>
/// <param name="Info">The catalogue's entry with the file's normalisation, crop and interpolation.</param>
/// <param name="Options">Classes and image size.</param>
/// <param name="Labels">Class names; null where the file has none.</param>
internal sealed record ModelFolderConfig(ModelInfo Info, ModelOptions Options, IReadOnlyList<string>? Labels)
{
    private const long MaxConfigBytes = 16 << 20;
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file's text.</summary>
    public static string Write(ImageModel model, IReadOnlyList<string> labels)
    {
        var config = new JsonObject
        {
            ["architecture"] = model.Info.Name,
            ["num_classes"] = model.Options.NumClasses,
            ["num_features"] = model.NumFeatures,
            ["model_args"] = Arguments(model),
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
                ["classifier"] = Classifier(model.Info),
                ["label_names"] = new JsonArray([.. labels.Select(l => (JsonNode)l)]),
            },
        };
        return config.ToJsonString(Readable) + "\n";
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="InputException">Invalid JSON, a property is missing or invalid, or no model has that name.</exception>
    public static ModelFolderConfig Read(string path)
    {
        try
        {
            using JsonDocument config = JsonDocument.Parse(
                InputFile.ReadAllText(path, "model's config.json", "Restore the folder.", MaxConfigBytes));
            JsonElement root = config.RootElement;
            JsonElement facts = root.GetProperty("pretrained_cfg");
            string name = root.GetProperty("architecture").GetString() ?? string.Empty;
            var options = new ModelOptions
            {
                NumClasses = root.GetProperty("num_classes").GetInt32(),
                ImageSize = Size(root, facts),
                GlobalPool = Pool(name, root),
                QkNorm = QkNorm(root),
            };
            return new ModelFolderConfig(WithFacts(ModelCatalogue.Info(name), facts), options, ReadLabels(root, facts));
        }
        catch (InputException e)
        {
            throw new InputException(e.Message, path, e.Remedy, e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException(
                "The model's config.json is not valid: it needs architecture, num_classes and pretrained_cfg.input_size.", path,
                "Restore the folder.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("The model's config.json cannot be read.", path, "Check its permissions.", e);
        }
    }

    /// <summary>timm's constructor arguments besides the name.</summary>
    private static JsonObject Arguments(ImageModel model)
    {
        var arguments = new JsonObject();
        if (model is not TransformerModel transformer)
            return arguments;
        arguments["img_size"] = model.ImageSize;
        if (model.Options.GlobalPool is { } pool)
            arguments["global_pool"] = pool.ToString().ToLowerInvariant();
        if (model.Options.QkNorm)
            arguments["qk_norm"] = true;
        if (model.Info.Name == ModelCatalogue.DemoTeacher)
        {
            // timm does not know this name: these arguments build it from timm.models.VisionTransformer.
            arguments["patch_size"] = transformer.Shape.PatchSize;
            arguments["embed_dim"] = transformer.Shape.Width;
            arguments["depth"] = transformer.Shape.Depth;
            arguments["num_heads"] = transformer.Shape.Heads;
        }

        return arguments;
    }

    private static JsonNode Classifier(ModelInfo info) => info.OtherClassifiers.Count == 0
        ? info.Classifier
        : new JsonArray([info.Classifier, .. info.OtherClassifiers.Select(c => (JsonNode)c)]);

    private static bool QkNorm(JsonElement root) =>
        root.TryGetProperty("model_args", out JsonElement arguments) && arguments.TryGetProperty("qk_norm", out JsonElement given)
            && given.GetBoolean();

    // timm also writes a convolutional network's pooling, which is fixed here.
    private static GlobalPool? Pool(string name, JsonElement root)
    {
        if (ModelCatalogue.ShapeOf(name) is null || !root.TryGetProperty("model_args", out JsonElement arguments)
            || !arguments.TryGetProperty("global_pool", out JsonElement given))
            return null;
        string text = given.GetString() ?? string.Empty;
        return text switch
        {
            "token" => GlobalPool.Token,
            "avg" => GlobalPool.Avg,
            "map" => GlobalPool.Map,
            _ =>
                throw new InputException(
                $"The model's global_pool '{text}' is not one of token, avg and map.", remedy: "Restore the folder."),
        };
    }

    private static int Size(JsonElement root, JsonElement facts)
    {
        if (root.TryGetProperty("model_args", out JsonElement arguments) && arguments.TryGetProperty("img_size", out JsonElement side))
            return side.GetInt32();
        int[] sizes = [.. facts.GetProperty("input_size").EnumerateArray().Select(d => d.GetInt32())];
        if (sizes is not [3, _, _] || sizes[1] != sizes[2])
            throw new InputException($"The model's input_size [{string.Join(", ", sizes)}] is not [3, side, side].",
                remedy: "Restore the folder.");
        return sizes[1];
    }

    private static ModelInfo WithFacts(ModelInfo info, JsonElement facts)
    {
        IReadOnlyList<double> mean = Channels("mean", info.Normalization.Mean);
        IReadOnlyList<double> std = Channels("std", info.Normalization.Std);
        double crop = facts.TryGetProperty("crop_pct", out JsonElement share) ? share.GetDouble() : info.CropPct;
        string interpolation = facts.TryGetProperty("interpolation", out JsonElement kernel)
            ? kernel.GetString() ?? info.Interpolation
            : info.Interpolation;
        if (std.Any(s => !(s > 0)) || !(crop > 0 && crop <= 1) || interpolation is not ("bicubic" or "bilinear"))
            throw new InputException(
                "The model's pretrained_cfg has an invalid std, crop_pct or interpolation.", remedy: "Restore the folder.");
        return info with { Normalization = new Normalization(mean, std), CropPct = crop, Interpolation = interpolation };

        IReadOnlyList<double> Channels(string key, IReadOnlyList<double> otherwise)
        {
            if (!facts.TryGetProperty(key, out JsonElement given))
                return otherwise;
            double[] values = [.. given.EnumerateArray().Select(v => v.GetDouble())];
            return values.Length == 3
                ? values
                : throw new InputException($"The model's {key} has {values.Length} channels, not 3.", remedy: "Restore the folder.");
        }
    }

    // timm's hub files have the class names at the top level, its pretrained_cfg in a nested object.
    private static string[]? ReadLabels(JsonElement root, JsonElement facts) =>
        (facts.TryGetProperty("label_names", out JsonElement names) || root.TryGetProperty("label_names", out names))
            && names.ValueKind == JsonValueKind.Array
            ? [.. names.EnumerateArray().Select(n => n.GetString() ?? string.Empty)]
            : null;
}
