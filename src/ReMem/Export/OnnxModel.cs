using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Data;
using ReMem.Data.Decoding;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Evaluation;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ReMem.Export;

/// <summary>A classifier in an ONNX file of <see cref="OnnxExporter"/>, which says itself how images become its input.</summary>
internal sealed class OnnxModel : IDisposable
{
    private const string Exported = "Give a file that 'remem export' wrote; it holds class names and preprocessing.";
    private readonly InferenceSession _session;
    private readonly string _path;
    private readonly Normalization _normalization;
    private readonly OnnxInput _input;
    private readonly bool _probabilities;

    private OnnxModel(InferenceSession session, string path)
    {
        (_session, _path) = (session, path);
        IReadOnlyDictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        Labels = Read<string[]>(metadata, "labels");
        Preprocessing read = Read<Preprocessing>(metadata, "preprocessing");
        _normalization = new Normalization(read.Mean, read.Std);
        View = ViewOptions.ForEvaluation(read.InputSize[^1], read.CropPct, ViewOptions.ParseInterpolation(read.Interpolation));
        _input = read.Inside.Contains("resize") ? OnnxInput.Image : read.Inside.Count > 0 ? OnnxInput.Pixels : OnnxInput.Normalized;
        _probabilities = session.OutputMetadata.ContainsKey(OnnxExporter.OutputName(new OnnxExportOptions { Softmax = true }));
    }

    /// <summary>Class names in index order.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>How images are resized and cropped where the file does not do so itself.</summary>
    public ViewOptions View { get; }

    /// <summary>The file as something that is scored.</summary>
    public ScoredModel Scored => new(Labels, View, Run);

    /// <summary>Whether a path names such a file rather than a folder.</summary>
    public static bool IsFile(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">There is no such file, it is no ONNX file, or it does not say what it needs.</exception>
    public static OnnxModel Open(string path)
    {
        InputFile.Require(path, "ONNX file", Exported);
        InferenceSession? session = null;
        try
        {
            using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            session = new InferenceSession(path, options);
            return new OnnxModel(session, path);
        }
        catch (OnnxRuntimeException e)
        {
            session?.Dispose();
            throw new InputException($"ONNX Runtime cannot load the file: {PlainText.Message(e.Message)}", path, Exported, e);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What it answers for the images of a loader of <see cref="View"/>; the caller disposes it. The features are the logits.
    /// </summary>
    /// <param name="loader">The images.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="InputException">There is no image, or ONNX Runtime cannot run the file.</exception>
    public ModelOutputs Run(BatchLoader loader, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        var logits = new List<Tensor>();
        var labels = new List<Tensor>();
        foreach (Batch batch in loader.Epoch(0))
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                logits.AddRange(_input == OnnxInput.Image
                    ? batch.Indices.Select(index => Photo(loader.Source, index))
                    : [Answer(Input(batch.Images))]);
                labels.Add(batch.Labels.clone());
            }
        }

        if (logits.Count == 0)
            throw new InputException("There is no image to run the model on.", "evaluation", "Choose a split that has images.");
        Tensor all = cat([.. logits]);
        if (_probabilities)
            all = all.log();
        Tensor features = all.clone(), truth = cat([.. labels]);
        return new ModelOutputs(all.DetachFromDisposeScope(), features.DetachFromDisposeScope(), truth.DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private Tensor Photo(IImageSource source, int index)
    {
        Data.Pixels.RgbImage image = ImageDecoder.Decode(source.Read(index), source.Name(index));
        return Answer(NamedOnnxValue.CreateFromTensor(
            OnnxExporter.InputName, new DenseTensor<byte>(image.Pixels, [1, image.Height, image.Width, 3])));
    }

    private NamedOnnxValue Input(Tensor images) => _input == OnnxInput.Pixels
        ? OnnxVerifier.Named<byte>(images.permute(0, 2, 3, 1))
        : OnnxVerifier.Named<float>(_normalization.Apply(images));

    private Tensor Answer(NamedOnnxValue input)
    {
        try
        {
            using var results = _session.Run([input]);
            return results[0].Value is DenseTensor<float> { Rank: 2 } output && output.Dimensions[1] == Labels.Count
                ? tensor(output.ToArray()).view(output.Dimensions[0], output.Dimensions[1])
                : throw new InputException($"The file's output is not float32 [batch, {Labels.Count}].", _path, Exported);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InputException($"ONNX Runtime cannot run the file: {PlainText.Message(e.Message)}", _path, Exported, e);
        }
    }

    private T Read<T>(IReadOnlyDictionary<string, string> metadata, string key)
    {
        try
        {
            if (metadata.TryGetValue(key, out string? text) && JsonSerializer.Deserialize<T>(text, Json.Line) is { } value)
                return value;
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new InputException($"The ONNX file's metadata has no readable '{key}'.", _path, Exported);
    }

    /// <summary>The exporter's description, by its keys.</summary>
    private sealed record Preprocessing(
        [property: System.Text.Json.Serialization.JsonPropertyName("input_size")] int[] InputSize,
        [property: System.Text.Json.Serialization.JsonPropertyName("inside")] IReadOnlyList<string> Inside,
        [property: System.Text.Json.Serialization.JsonPropertyName("mean")] double[] Mean,
        [property: System.Text.Json.Serialization.JsonPropertyName("std")] double[] Std,
        [property: System.Text.Json.Serialization.JsonPropertyName("crop_pct")] double CropPct,
        [property: System.Text.Json.Serialization.JsonPropertyName("interpolation")] string Interpolation);
}
