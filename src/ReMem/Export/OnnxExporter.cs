using System.Text.Json;
using Google.Protobuf;
using ReMem.Export.Onnx;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Export;

/// <summary>What the ONNX file holds beside the model.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Class names in index order, for the metadata; null leaves them out.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Ends with probabilities (output "probabilities") instead of logits (output "logits"). Default false.</summary>
    public bool Softmax { get; init; }
}

/// <summary>
/// Writes models as ONNX, opset 17: input "input" float32 [batch, 3, S, S], normalised; MLP reweighting folded into the weights; class names and
/// preprocessing in the metadata.
/// </summary>
public static class OnnxExporter
{
    /// <summary>The input's name.</summary>
    public const string InputName = "input";

    private const int Opset = 17;
    private const int IrVersion = 8;

    /// <summary>The output's name under these options.</summary>
    public static string OutputName(OnnxExportOptions options) => options.Softmax ? "probabilities" : "logits";

    /// <summary>Writes the file; it appears whole or not at all.</summary>
    /// <exception cref="InputException">The model has no ONNX form, or the file cannot be written.</exception>
    public static void Export(ImageModel model, string path, OnnxExportOptions? options = null)
    {
        using DisposeScope scope = NewDisposeScope();
        options ??= new OnnxExportOptions();
        var graph = new OnnxGraph(ModelFolder.FoldedState(model));
        string logits = model switch
        {
            VisionTransformer vit => VisionTransformerOnnx.Emit(graph, vit, InputName),
            Eva eva => EvaOnnx.Emit(graph, eva, InputName),
            Beit beit => BeitOnnx.Emit(graph, beit, InputName),
            ResNet resnet => ResNetOnnx.Emit(graph, resnet, InputName),
            EfficientNet efficient => EfficientNetOnnx.Emit(graph, efficient, InputName),
            ConvNeXt next => ConvNeXtOnnx.Emit(graph, next, InputName),
            _ => throw new InputException($"The model '{model.Info.Name}' has no ONNX form.", "export"),
        };
        string last = options.Softmax ? graph.Node("Softmax", [logits], ("axis", -1L)) : logits;
        NodeProto final = graph.Graph.Node.Single(n => n.Output.Contains(last));
        final.Output[0] = OutputName(options);

        graph.Graph.Name = model.Info.Name;
        graph.Graph.Input.Add(OnnxGraph.Value(InputName, null, 3, model.ImageSize, model.ImageSize));
        graph.Graph.Output.Add(OnnxGraph.Value(OutputName(options), null, model.Options.NumClasses));
        var proto = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "remem",
            ProducerVersion = EnvironmentInfo.OwnVersion().Version,
            Graph = graph.Graph,
        };
        proto.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        proto.MetadataProps.AddRange(Metadata(model, options).Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        AtomicFile.Write(path, stream => proto.WriteTo(stream));
    }

    private static Dictionary<string, string> Metadata(ImageModel model, OnnxExportOptions options)
    {
        var metadata = new Dictionary<string, string>
        {
            ["architecture"] = model.Info.Name,
            ["preprocessing"] = JsonSerializer.Serialize(new
            {
                input_size = new[] { 3, model.ImageSize, model.ImageSize },
                layout = "NCHW",
                color = "RGB",
                mean = model.Info.Normalization.Mean,
                std = model.Info.Normalization.Std,
                crop_pct = model.Info.CropPct,
                interpolation = model.Info.Interpolation,
            }),
        };
        if (options.Labels is not null)
            metadata["labels"] = JsonSerializer.Serialize(options.Labels, Json.Line);
        return metadata;
    }
}
