using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Weights.Files;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>The state of a training between epochs, in one safetensors file: model, optimiser, counters and history.</summary>
/// <param name="path">The file; it appears whole or not at all.</param>
/// <param name="fingerprint">Identifies the training; a checkpoint of another one is refused.</param>
internal sealed partial class TrainingCheckpoint(string path, string fingerprint)
{
    internal const string ModelPrefix = "model.";
    private const string OptimizerPrefix = "optimizer.";
    private const string AuxiliaryPrefix = "auxiliary.";
    private const string EnvironmentKey = "environment";

    /// <summary>
    /// After <see cref="TryResume"/>: how processor, kernels or libtorch differ from the process that wrote the checkpoint; null where
    /// nothing differs.
    /// </summary>
    internal string? Difference { get; private set; }

    /// <summary>Number of finished epochs of the checkpoint in a file; 0 where none can be read.</summary>
    internal static int EpochsIn(string path)
    {
        try
        {
            if (!File.Exists(path))
                return 0;
            using SafetensorsFile file = SafetensorsFile.Open(path);
            return file.Metadata.TryGetValue("result", out string? result)
                ? Json.Deserialize<TrainingResult>(result, path).Epochs.Count
                : 0;
        }
        catch (InputException)
        {
            // The training itself will report the error.
            return 0;
        }
    }

    /// <summary>Writes the state.</summary>
    /// <param name="model">The trained model.</param>
    /// <param name="optimizer">Its optimiser.</param>
    /// <param name="done">The epochs so far.</param>
    /// <param name="auxiliary">A module trained with the model; null where there is none.</param>
    /// <param name="kept">Further tensors by name, such as averaged weights; null where there are none.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    /// <exception cref="ReMemException">A number is NaN or infinite: it could not be resumed. The earlier file is kept.</exception>
    public void Save(
        ImageModel model, Optimizer optimizer, TrainingResult done, nn.Module? auxiliary = null,
        IEnumerable<KeyValuePair<string, Tensor>>? kept = null)
    {
        using var guard = no_grad();
        Dictionary<string, Tensor> state = State(model, optimizer, auxiliary, kept);
        FiniteTensors.RequireToSave(state, $"the checkpoint of epoch {done.Epochs.Count}", path);
        SafetensorsWriter.Write(path, state, new Dictionary<string, string>
        {
            ["fingerprint"] = fingerprint,
            ["optimizer_steps"] = optimizer.Steps.ToString(CultureInfo.InvariantCulture),
            ["result"] = JsonSerializer.Serialize(done, Json.Line),
            [EnvironmentKey] = JsonSerializer.Serialize(EnvironmentInfo.Current(), Json.Line),
        });
    }

    /// <summary>Reads the state into the model, the optimiser, and the other arguments of <see cref="Save"/>.</summary>
    /// <returns>The progress so far, or null where there is no checkpoint.</returns>
    /// <exception cref="InputException">The checkpoint is broken, holds NaN or infinity, or belongs to another training.</exception>
    public TrainingResult? TryResume(
        ImageModel model, Optimizer optimizer, nn.Module? auxiliary = null, IEnumerable<KeyValuePair<string, Tensor>>? kept = null)
    {
        if (!File.Exists(path))
            return null;
        using SafetensorsFile file = SafetensorsFile.Open(path);
        string there = file.Metadata.GetValueOrDefault("fingerprint", string.Empty);
        if (there != fingerprint)
        {
            string differences = SettingDifferences.Describe(Settings(there), Settings(fingerprint));
            throw new InputException(
                $"The checkpoint belongs to a training with other options{(differences.Length > 0 ? $": {differences}" : string.Empty)}.",
                path,
                "Give another output folder, or delete the checkpoint to start over.");
        }

        Dictionary<string, Tensor> state = State(model, optimizer, auxiliary, kept);
        // All or nothing: a partly overwritten model must not be trained.
        foreach ((string name, Tensor value) in state)
            RequireFit(file, name, value);
        using var guard = no_grad();
        foreach (string name in state.Keys)
        {
            using Tensor read = file.Read(name);
            if (!FiniteTensors.IsFinite(read))
            {
                throw new InputException(
                    $"The checkpoint's tensor '{name}' holds NaN or infinity: its training had diverged.",
                    path,
                    "Delete the checkpoint to start over, with a lower learning rate.");
            }
        }

        foreach ((string name, Tensor value) in state)
        {
            using Tensor read = file.Read(name);
            value.copy_(read);
        }

        if (file.Metadata.TryGetValue(EnvironmentKey, out string? environment))
            Difference = EnvironmentInfo.Current().DifferenceFrom(Json.Deserialize<EnvironmentInfo>(environment, path));
        optimizer.Steps = long.Parse(file.Metadata["optimizer_steps"], CultureInfo.InvariantCulture);
        return Json.Deserialize<TrainingResult>(file.Metadata["result"], path);
    }

    /// <summary>Parses a fingerprint's options and counts.</summary>
    private static IEnumerable<(string Key, string Value)> Settings(string text) =>
    [
        .. SettingDifferences.OfJson(text),
        .. Counts().Matches(text)
            .SelectMany(m => new[] { ("model", m.Groups[1].Value), ("seed", m.Groups[2].Value), ("images", m.Groups[3].Value),
                ("batches", m.Groups[4].Value) }),
    ];

    [GeneratedRegex(@"; (\S+) \{.*\}; seed (-?\d+), (\d+) images in (\d+) batches$")]
    private static partial Regex Counts();

    /// <summary>The complete state of a training, by its names in the file.</summary>
    internal static Dictionary<string, Tensor> State(
        ImageModel model, Optimizer optimizer, nn.Module? auxiliary, IEnumerable<KeyValuePair<string, Tensor>>? kept) => new(
    [
        .. model.state_dict().Select(entry => KeyValuePair.Create(ModelPrefix + entry.Key, entry.Value)),
        .. optimizer.State.Select(entry => KeyValuePair.Create(OptimizerPrefix + entry.Key, entry.Value)),
        .. (auxiliary?.state_dict() ?? []).Select(entry => KeyValuePair.Create(AuxiliaryPrefix + entry.Key, entry.Value)),
        .. kept ?? [],
    ]);

    private static void RequireFit(SafetensorsFile file, string name, Tensor target)
    {
        if (file.Tensors.TryGetValue(name, out TensorEntry? entry) && entry.Shape.SequenceEqual(target.shape))
            return;
        string held = entry is null ? "is missing" : $"is [{string.Join(", ", entry.Shape)}], not [{string.Join(", ", target.shape)}]";
        throw new InputException(
            $"The checkpoint belongs to another model: '{name}' {held}.", file.Path, "Delete the checkpoint to start over.");
    }
}
