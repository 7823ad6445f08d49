using System.Text.Json;
using ReMem.Export.Onnx;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Export;

/// <summary>
/// Writes models as ONNX, opset 18, with any number of images in a batch: MLP reweighting and batch norms folded into the weights; class
/// names and preprocessing in the metadata.
/// </summary>
public static class OnnxExporter
{
    /// <summary>The input's name.</summary>
    public const string InputName = "input";

    /// <summary>The name of the second output of <see cref="OnnxExportOptions.Features"/>.</summary>
    internal const string FeaturesName = "features";

    /// <summary>The producer name in the files.</summary>
    internal const string Producer = "remem";

    private const int Opset = 18;
    private const int IrVersion = 8;

    /// <summary>The output's name under these options.</summary>
    internal static string OutputName(OnnxExportOptions options) => options.Softmax ? "probabilities" : "logits";

    /// <summary>
    /// Writes the file, and FILE.data next to it where <see cref="OnnxExportOptions.MaxFileBytes"/> requires it; both appear whole or not
    /// at all.
    /// </summary>
    /// <exception cref="InputException">The model has no ONNX form, a weight does not fit float16, or a file cannot be written.</exception>
    /// <exception cref="ReMemException">A weight or a running statistic is NaN or infinite.</exception>
    public static void Export(ImageModel model, string path, OnnxExportOptions? options = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        options ??= new OnnxExportOptions();
        DataOptions.Validate(options, "export");
        ScalarType type = options.Half ? ScalarType.Float16 : ScalarType.Float32;
        var graph = new OnnxGraph(ModelFolder.FiniteState(model, path), type);
        string images = OnnxPreprocessing.Emit(graph, model, options.Input, InputName);
        string logits = Emit(graph, model, options.Half ? graph.Cast(images, type) : images);
        if (options.Half)
            logits = graph.Cast(logits, ScalarType.Float32);
        string last = options.Softmax ? graph.Node("Softmax", [logits], ("axis", -1L)) : logits;
        Rename(graph, last, OutputName(options));
        if (options.Features)
        {
            string features = graph.Features ?? throw new InvalidOperationException($"'{model.Info.Name}' has no classifier.");
            Rename(graph, graph.Cast(features, ScalarType.Float32), FeaturesName);
        }

        graph.Graph.Name = model.Info.Name;
        graph.Graph.Input.Add(Input(model, options.Input));
        graph.Graph.Output.Add(OnnxGraph.Value(OutputName(options), ScalarType.Float32, "batch", model.Options.NumClasses));
        if (options.Features)
            graph.Graph.Output.Add(OnnxGraph.Value(FeaturesName, ScalarType.Float32, "batch", model.NumFeatures));
        var proto = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = Producer,
            ProducerVersion = EnvironmentInfo.OwnVersion().Version,
            Graph = graph.Graph,
        };
        proto.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        proto.MetadataProps.AddRange(Metadata(model, options).Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        OnnxFile.Write(path, proto, graph.Initialisers, options.MaxFileBytes);
    }

    /// <summary>Names the only output of a node that no other node reads.</summary>
    private static void Rename(OnnxGraph graph, string output, string name) =>
        graph.Graph.Node.Single(n => n.Output.Contains(output)).Output[0] = name;

    private static string Emit(OnnxGraph graph, ImageModel model, string input) => model switch
    {
        VisionTransformer vit => VisionTransformerOnnx.Emit(graph, vit, input),
        Eva eva => EvaOnnx.Emit(graph, eva, input),
        Beit beit => BeitOnnx.Emit(graph, beit, input),
        ResNet resnet => ResNetOnnx.Emit(graph, resnet, input),
        EfficientNet efficient => EfficientNetOnnx.Emit(graph, efficient, input),
        ConvNeXt next => ConvNeXtOnnx.Emit(graph, next, input),
        _ => throw new InputException($"The model '{model.Info.Name}' has no ONNX form.", "export"),
    };

    private static ValueInfoProto Input(ImageModel model, OnnxInput form) => form switch
    {
        OnnxInput.Normalized => OnnxGraph.Value(InputName, ScalarType.Float32, "batch", 3, model.ImageSize, model.ImageSize),
        OnnxInput.Pixels => OnnxGraph.Value(InputName, ScalarType.Byte, "batch", model.ImageSize, model.ImageSize, 3),
        OnnxInput.Image => OnnxGraph.Value(InputName, ScalarType.Byte, "batch", "height", "width", 3),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, null),
    };

    private static Dictionary<string, string> Metadata(ImageModel model, OnnxExportOptions options)
    {
        var metadata = new Dictionary<string, string>
        {
            ["architecture"] = model.Info.Name,
            ["preprocessing"] = JsonSerializer.Serialize(new
            {
                input_size = new[] { 3, model.ImageSize, model.ImageSize },
                layout = options.Input == OnnxInput.Normalized ? "NCHW" : "NHWC",
                color = "RGB",
                inside = options.Input switch
                {
                    OnnxInput.Pixels => new[] { "normalize" },
                    OnnxInput.Image => ["resize", "center_crop", "normalize"],
                    _ => [],
                },
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
