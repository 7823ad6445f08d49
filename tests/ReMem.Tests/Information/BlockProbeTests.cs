using ReMem.Data;
using ReMem.Data.Sources;
using ReMem.Data.Views;
using ReMem.Evaluation;
using ReMem.Information;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Tests.Training;
using static TorchSharp.torch;

namespace ReMem.Tests.Information;

public sealed class BlockProbeTests : IDisposable
{
    private const int Depth = 6;
    private static readonly InformationMeterOptions Meter = new() { ImageSize = 8, Epochs = 0, Seeds = 2 };
    private readonly IDisposable _scope = NewDisposeScope();
    private readonly IDisposable _guard = no_grad();

    public void Dispose()
    {
        _guard.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Every_skip_is_the_model_with_that_branch_at_zero_and_the_model_is_left_as_it_was()
    {
        VisionTransformer model = Model();
        model.Blocks[2].MlpScale = 0.5;
        model.train();
        Skip[] skips = [.. Skip.All(Depth, 3)];
        Assert.Equal((2 * Depth) + 4, skips.Length);
        using BlockFeatures features = BlockFeatures.Read(
            model, Loader(7, 0), skips, usage: true, 7, new ProbeProgress(null, "", "", 7), TestContext.Current.CancellationToken);

        Assert.True(model.training);
        Assert.All(model.Blocks, b => Assert.Null(b.Observer));
        Assert.Equal([1, 1, 0.5, 1, 1, 1], model.Blocks.Select(b => b.MlpScale));
        Assert.All(model.Blocks, b => Assert.Equal(1, b.AttentionScale));
        model.eval();
        Tensor x = model.Info.Normalization.Apply(Evaluator.Images(Loader(7, 0)));
        Assert.True(features.Whole.Pooled.allclose(Pooled(model, x), atol: 1e-5));
        foreach (Skip skip in skips)
        {
            Tensor expected = skip.With(model, () => Pooled(model, x));
            Assert.True(features.Without(skip).Pooled.allclose(expected, atol: 1e-5), $"{skip}");
            Assert.False(features.Without(skip).Pooled.allclose(features.Whole.Pooled, atol: 1e-4), $"{skip}");
        }
    }

    [Fact]
    public void The_stream_is_the_blocks_one_after_the_other()
    {
        VisionTransformer model = Model();
        model.eval();
        using BlockFeatures features = BlockFeatures.Read(
            model, Loader(7, 0), [], usage: true, 7, new ProbeProgress(null, "", "", 7), TestContext.Current.CancellationToken);
        Tensor stream = model.Embed(model.Info.Normalization.Apply(Evaluator.Images(Loader(7, 0))));
        Same(null, stream);
        for (int block = 0; block < Depth; block++)
        {
            Tensor middle = new Skip(SubBlockKind.Mlp, block, 1).With(model, () => model.Blocks[block].call(stream));
            Same(new SubBlock(block, SubBlockKind.Attention), middle);
            stream = model.Blocks[block].call(stream);
            Same(new SubBlock(block, SubBlockKind.Mlp), stream);
        }

        void Same(SubBlock? place, Tensor tokens)
        {
            Assert.True(features.Token(place).allclose(tokens[.., 0], atol: 1e-5));
            Assert.True(features.Map(place).to(ScalarType.Float32).allclose(tokens[.., 1..].transpose(1, 2).view(7, 128, 8, 8), rtol: 1e-2,
                atol: 1e-2));
        }
    }

    [Fact]
    public void Every_half_and_every_top_has_its_numbers_and_a_sentence_and_they_survive_json()
    {
        VisionTransformer model = Model();
        // A branch that adds nothing loses nothing.
        model.Blocks[4].get_parameter("mlp.fc2.weight")!.zero_();
        model.Blocks[4].get_parameter("mlp.fc2.bias")!.zero_();
        // A unit that is always on among units that are always off.
        model.Blocks[1].get_parameter("mlp.fc1.weight")!.zero_();
        model.Blocks[1].get_parameter("mlp.fc1.bias")!.fill_(-9)[5] = tensor(3f);
        BlockProbeResult result = Probe(model, headFits: true);

        Assert.Equal(Enumerable.Range(1, Depth).SelectMany(b => new[] { (b, SubBlockKind.Attention), (b, SubBlockKind.Mlp) }),
            result.SubBlocks.Select(s => (s.Block, s.Kind)));
        Assert.Equal(["Attention 1", "Mlp 1", "Attention 2", "Mlp 2"], result.Top.Select(t => $"{t.Kind} {t.Count}"));
        Assert.Same(result.SubBlocks[^1].Without, result.Top[1].Without);
        Assert.Equal(("head", "class_token", 48, 20, 8),
            (result.AccuracyBy, result.Token, result.TrainImages, result.TestImages, result.MapGrid));

        SkipResult idle = result.SubBlocks[9].Without;
        Assert.Equal((0, "inconclusive", 0), (Math.Round(idle.Lost.Mean, 6), idle.Verdict, idle.AccuracyChange.Mean));
        Assert.Equal(0, result.SubBlocks[9].TokenChange.Mean, 1e-6);
        ActivationUsage usage = result.SubBlocks[3].Usage!;
        Assert.Equal((1 / 512.0, 1 / 512.0), (Math.Round(usage.AboveZero.Mean, 9), Math.Round(usage.UnitsForNinety.Mean, 9)));
        Assert.Equal((1, 1), (Math.Round(usage.Cosine, 6), Math.Round(usage.Jaccard, 6)));
        Assert.All(result.SubBlocks, s => Assert.Equal(s.Kind == SubBlockKind.Mlp, s.Usage is not null));

        ModelOutputs train = Evaluator.Run(model, Loader(48, 0)), test = Evaluator.Run(model, Loader(20, 1));
        InformationResult expected = InformationMeter.Measure(train.Features, test.Features, Images(),
            TestContext.Current.CancellationToken);
        Assert.Equal(expected.NatsPerChannel.Mean, result.Pooled.NatsPerChannel.Mean, 1e-4);
        Assert.Equal(test.Top1(), result.Accuracy.Mean, 1e-9);

        Assert.StartsWith("The top 2 MLPs lose ", result.Finding, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"{result.Top[3].Without.Lost.Mean:+0.0000;-0.0000;0.0000} ±"), result.Finding,
            StringComparison.Ordinal);
        BlockProbeResult read = Json.Deserialize<BlockProbeResult>(Json.Serialize(result), "blocks.json");
        Assert.Equal(result.SubBlocks[3].Without.Information.PerSeed, read.SubBlocks[3].Without.Information.PerSeed);
        Assert.Equal(Json.Serialize(result), Json.Serialize(read));
    }

    [Fact]
    public void A_head_of_other_classes_gives_way_to_a_ridge_classifier()
    {
        // Three classes that differ in colour, and a head that knows nothing of them.
        BlockProbeResult result = Probe(Model(), headFits: false);
        Assert.Equal("ridge", result.AccuracyBy);
        Assert.True(result.Accuracy.Mean > 0.9, $"{result.Accuracy}");
    }

    [Fact]
    public void What_cannot_be_probed_is_an_input_error()
    {
        Said("has no blocks", () => new BlockProbe(TinyTraining.Model(TinyTraining.Convolutional), new BlockProbeOptions()));
        Said("has 6", () => new BlockProbe(Model(), new BlockProbeOptions { Top = 7 }));
        Said("Top is 0", () => new BlockProbe(Model(), new BlockProbeOptions { Top = 0 }));
        Said("39 training", () => MeterImages.Prepare(Low(39, 0), Low(20, 1), Meter));
        Said("9 test", () => MeterImages.Prepare(Low(48, 0), Low(9, 1), Meter));

        static void Said(string what, Action work) =>
            Assert.Contains(what, Assert.Throws<InputException>(work).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.01, 0.002, 0.001, 0.002, "the MLPs lose more than the attentions")]
    [InlineData(-0.01, 0.002, 0.001, 0.002, "the attentions lose more than the MLPs")]
    [InlineData(0.003, 0.002, 0.001, 0.002, "inconclusive")]
    public void The_sentence_says_no_more_than_the_intervals(double mlp, double mlpHalf, double attention, double attentionHalf,
        string expected)
    {
        TopResult Of(SubBlockKind kind, int count, double mean, double half) =>
            new(kind, count, new SkipResult(null!, new Interval(mean, half, 3), "", null!, null!));
        string sentence = BlockFinding.Of(
            [Of(SubBlockKind.Attention, 1, 9, 1), Of(SubBlockKind.Mlp, 1, 9, 1), Of(SubBlockKind.Attention, 4, attention, attentionHalf),
                Of(SubBlockKind.Mlp, 4, mlp, mlpHalf)]);
        Assert.Contains(expected, sentence, StringComparison.Ordinal);
        Assert.StartsWith("The top 4 MLPs lose", sentence, StringComparison.Ordinal);
    }

    /// <summary>A ViT whose branches do more than a fresh one's.</summary>
    internal static VisionTransformer Model()
    {
        var model = (VisionTransformer)TinyTraining.Model();
        foreach ((string name, Tensor value) in model.state_dict()
            .Where(p => p.Key.EndsWith("weight", StringComparison.Ordinal) && p.Value.dim() == 2))
            value.mul_(4);
        return model;
    }

    internal static BlockProbeResult Probe(VisionTransformer model, bool headFits, int top = 2)
    {
        using MeterImages images = Images();
        return new BlockProbe(model, new BlockProbeOptions { Top = top }).Run("tiny", Loader(48, 0), Loader(20, 1), images, 3, headFits);
    }

    private static MeterImages Images() => MeterImages.Prepare(Low(48, 0), Low(20, 1), Meter);

    private static Tensor Pooled(VisionTransformer model, Tensor x) => model.ForwardHead(model.ForwardFeatures(x), preLogits: true);

    private static Tensor Low(int count, int part) => Evaluator.Images(Loader(count, part, 8));

    /// <summary>The first images, or those after the 48th.</summary>
    private static BatchLoader Loader(int count, int part, int size = 32) => new(
        new Subset(TinyTraining.Source(100), Enumerable.Range(part * 48, count)), ViewOptions.ForEvaluation(size, 1),
        new LoaderOptions { BatchSize = 16 });
}
