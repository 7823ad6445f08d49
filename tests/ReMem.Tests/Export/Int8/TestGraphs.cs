using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ReMem.Export;
using ReMem.Export.Int8;
using ReMem.Export.Onnx;
using static TorchSharp.torch;
using AttributeType = ReMem.Export.Onnx.AttributeProto.Types.AttributeType;

namespace ReMem.Tests.Export.Int8;

/// <summary>Small ONNX models, written node by node.</summary>
internal static class TestGraphs
{
    /// <summary>A model from float32 [B, channels, side, side] to the last node's output.</summary>
    public static FloatGraph Of(int channels, int side,
        params (string Type, string Name, string[] Inputs, float[]? Weights, long[]? Shape, float[]? Bias)[] nodes)
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = "test", Graph = new GraphProto { Name = "test" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 18 });
        model.Graph.Input.Add(OnnxGraph.Value("input", ScalarType.Float32, "batch", channels, side, side));
        foreach ((string type, string name, string[] inputs, float[]? weights, long[]? shape, float[]? bias) in nodes)
        {
            var node = new NodeProto { OpType = type, Name = name };
            node.Input.AddRange(inputs);
            node.Output.Add(name);
            if (weights is not null)
                node.Input.Add(Constant(model, $"{name}.weight", shape!, weights));
            if (bias is not null)
                node.Input.Add(Constant(model, $"{name}.bias", [bias.Length], bias));
            if (type == "Conv" && shape is [_, 1, _, _] && channels > 1)
                node.Attribute.Add(new AttributeProto { Name = "group", I = shape[0], Type = AttributeType.Int });
            model.Graph.Node.Add(node);
        }

        model.Graph.Output.Add(new ValueInfoProto
        {
            Name = nodes[^1].Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } },
        });
        return FloatGraph.Read(model.ToByteArray(), "test.onnx");
    }

    /// <summary>What ONNX Runtime answers for some tensors of a model.</summary>
    public static Dictionary<string, object> Run(FloatGraph graph, DenseTensor<float> input, params (string Name, int Type)[] seen)
    {
        FloatGraph observed = graph.Clone();
        foreach ((string name, int type) in seen.Where(s => !observed.IsOutput(s.Name)))
            observed.Model.Graph.Output.Add(new ValueInfoProto
            {
                Name = name,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type } },
            });
        using var session = new InferenceSession(observed.ToBytes());
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("input", input)]);
        return results.ToDictionary(r => r.Name,
            r => r.Value is DenseTensor<byte> bytes ? bytes.ToArray() : (object)((DenseTensor<float>)r.Value).ToArray());
    }

    /// <summary>Noise in [low, high).</summary>
    public static DenseTensor<float> Noise(int seed, float low, float high, params int[] shape)
    {
        var random = new Random(seed);
        return new DenseTensor<float>(Enumerable.Range(0, shape.Aggregate((a, b) => a * b))
            .Select(_ => low + ((high - low) * random.NextSingle())).ToArray(), shape);
    }

    private static string Constant(ModelProto model, string name, long[] shape, float[] values)
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = 1,
            RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values)),
        };
        tensor.Dims.AddRange(shape);
        model.Graph.Initializer.Add(tensor);
        return name;
    }
}
