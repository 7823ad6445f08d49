using ReMem.Export.Int8;

namespace ReMem.Tests.Export.Int8;

public class FloatGraphTests
{
    [Fact]
    public void What_is_no_onnx_file_or_quantised_already_is_refused()
    {
        Assert.Contains(
            "not an ONNX file", Assert.Throws<InputException>(() => FloatGraph.Read([0xff, 0xff, 0xff, 0xff], "x.onnx")).Message,
            StringComparison.Ordinal);
        FloatGraph graph = TestGraphs.Of(1, 1, ("Conv", "a", ["input"], [1], [1, 1, 1, 1], null));
        graph.Nodes[0].OpType = "DequantizeLinear";
        Assert.Contains(
            "already quantised", Assert.Throws<InputException>(() => FloatGraph.Read(graph.ToBytes(), "x.onnx")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_part_behind_a_tensor_takes_it_as_its_input()
    {
        FloatGraph graph = TestGraphs.Of(
            3, 2, ("Relu", "a", ["input"], null, null, null), ("Conv", "b", ["a"], [1, 2, 3], [1, 3, 1, 1], null), ("Relu", "c", ["b"],
                null, null, null));
        FloatGraph part = graph.From("a", 2);
        Assert.Equal(["b", "c"], part.Nodes.Select(n => n.Name));
        Assert.Equal("a", part.Model.Graph.Input.Single().Name);
        Assert.Equal(3, graph.Nodes.Count);
    }
}
