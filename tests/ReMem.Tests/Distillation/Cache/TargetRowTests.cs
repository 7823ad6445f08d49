using ReMem.Distillation.Cache;
using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Distillation.Cache;

[Collection(TorchGenerator.Name)]
public class TargetRowTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 5)]
    [InlineData(4, 0)]
    [InlineData(4, 5)]
    public void What_is_kept_comes_back_rounded_to_16_bits(int top, int features)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        var row = new TargetRow(new TargetSpec(20, features, top));
        Assert.Equal(2 * ((top == 0 ? 20 : (2 * top) + 1) + features), row.Bytes);
        var outputs = new BatchOutputs(randn(7, 20) * 4, features > 0 ? randn(7, features) : null);
        byte[] rows = row.Encode(outputs);
        Assert.Equal(7 * row.Bytes, rows.Length);
        BatchOutputs back = row.Decode(rows, 7);
        Assert.Equal(ScalarType.Float32, back.Logits.dtype);
        if (features > 0)
            Assert.True(Goldens.Same(outputs.Features!.to(ScalarType.Float16).to(ScalarType.Float32), back.Features!));
        else
            Assert.Null(back.Features);
        Tensor expected = outputs.Logits.to(ScalarType.Float16).to(ScalarType.Float32);
        if (top == 0)
        {
            Assert.True(Goldens.Same(expected, back.Logits));
            return;
        }

        // The kept classes have the probabilities that they had; the rest of the mass is shared evenly.
        Tensor places = outputs.Logits.topk(top, 1).indexes;
        Assert.True(Goldens.Same(expected.gather(1, places), back.Logits.gather(1, places)));
        Tensor p = nn.functional.softmax(outputs.Logits, 1).gather(1, places), q = nn.functional.softmax(back.Logits, 1).gather(1, places);
        Assert.True(allclose(p, q, rtol: 4e-3, atol: 1e-4));
        Assert.Equal(top + 1, back.Logits[2].data<float>().ToArray().Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Tokens_and_attention_come_back_in_their_shapes(int top)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(4);
        var row = new TargetRow(new TargetSpec(20, 5, top, new MapSpec(2, 3, 2, 4, true)));
        var outputs = new BatchOutputs(randn(7, 20), randn(7, 5)) { Tokens = randn(7, 4, 3), Attention = rand([7, 2, 4, 5, 5]) };
        Assert.Equal(2 * ((top == 0 ? 20 : (2 * top) + 1) + 5 + 12 + 200), row.Bytes);
        BatchOutputs back = row.Decode(row.Encode(outputs), 7);
        Assert.Equal([7, 20], back.Logits.shape);
        Assert.True(Goldens.Same(outputs.Features!.to(ScalarType.Float16).to(ScalarType.Float32), back.Features!));
        Assert.True(Goldens.Same(outputs.Tokens.to(ScalarType.Float16).to(ScalarType.Float32), back.Tokens!));
        Assert.True(Goldens.Same(outputs.Attention.to(ScalarType.Float16).to(ScalarType.Float32), back.Attention!));
        Assert.Equal((true, true), (back.Tokens!.is_contiguous(), back.Attention!.is_contiguous()));
    }

    [Fact]
    public void A_single_row_is_found_among_its_neighbours()
    {
        using DisposeScope scope = NewDisposeScope();
        var row = new TargetRow(new TargetSpec(6, TopK: 2));
        var outputs = new BatchOutputs(randn(4, 6), null);
        byte[] rows = row.Encode(outputs);
        Tensor all = row.Decode(rows, 4).Logits, third = row.Decode(rows.AsSpan(2 * row.Bytes, row.Bytes), 1).Logits;
        Assert.True(Goldens.Same(all[2], third[0]));
    }

    [Fact]
    public void A_number_beyond_16_bits_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        InputException error = Assert.Throws<InputException>(() =>
            new TargetRow(new TargetSpec(2)).Encode(new BatchOutputs(tensor(new[] { 1f, 70000f }).view(1, 2), null)));
        Assert.Contains("reach 7e+4, which a cache's 16-bit floats cannot hold", error.Message, StringComparison.Ordinal);
        Assert.Contains("cache=none", error.Remedy, StringComparison.Ordinal);
    }
}
