using ReMem.Data;
using ReMem.Models;
using ReMem.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>
/// The features of a split for the block probe, from one observed pass per image and a partial pass for every skipped sub-block. A partial
/// pass starts at the stream just below the skipped sub-block, stored by the observed pass, so that skipping every sub-block once costs
/// half as much as the same number of full passes.
/// </summary>
internal sealed class BlockFeatures : IDisposable
{
    private readonly Parts _parts = new();
    private readonly bool _usage;
    private long _side;

    private BlockFeatures(bool usage) => _usage = usage;

    /// <summary>int64 [N].</summary>
    public Tensor Labels => _parts[("labels", null)];

    /// <summary>The input of the whole model's classifier [N, C], and its predictions int64 [N].</summary>
    public (Tensor Pooled, Tensor Answers) Whole => (_parts[("pooled", null)], _parts[("answers", null)]);

    /// <summary>
    /// The class token, or the mean token where there is none, of the stream after a sub-block, [N, C]; null is the stream that enters the
    /// first block.
    /// </summary>
    public Tensor Token(SubBlock? after) => _parts[("token", after)];

    /// <summary>
    /// The patch tokens of that stream, float16 [N, C, G, G], averaged to a coarser grid where they take too much memory.
    /// </summary>
    public Tensor Map(SubBlock? after) => _parts[("map", after)];

    /// <summary>Features and predictions as <see cref="Whole"/>, with sub-blocks skipped.</summary>
    public (Tensor Pooled, Tensor Answers) Without(Skip skip) => (_parts[("pooled", skip)], _parts[("answers", skip)]);

    /// <summary>The images' use of an MLP's hidden units.</summary>
    public ActivationUsage Usage(int block)
    {
        var mlp = new SubBlock(block, SubBlockKind.Mlp);
        return ActivationUsage.Of(_parts[("above zero", mlp)], _parts[("mass", mlp)]);
    }

    /// <summary>Runs the passes in eval mode, without gradients; the model is not changed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="loader">The split, preprocessed for the model.</param>
    /// <param name="skips">The skips, one after the other.</param>
    /// <param name="usage">Whether to record the use of the hidden units.</param>
    /// <param name="mapImages">Number of images that share the memory for maps.</param>
    /// <param name="progress">Receives progress after every batch.</param>
    /// <param name="cancellationToken">Stops between passes.</param>
    public static BlockFeatures Read(
        TransformerModel model, BatchLoader loader, IReadOnlyList<Skip> skips, bool usage, long mapImages, ProbeProgress progress,
        CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        var features = new BlockFeatures(usage);
        bool training = model.training;
        model.eval();
        try
        {
            foreach (Batch batch in loader.Epoch(0))
            {
                using Batch owned = batch;
                using DisposeScope inner = NewDisposeScope();
                features.Add(model, batch, skips, mapImages, cancellationToken);
                progress.Advance(batch.Count);
            }

            features._parts.Join();
            return features;
        }
        catch
        {
            features.Dispose();
            throw;
        }
        finally
        {
            model.train(training);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _parts.Dispose();

    private void Add(TransformerModel model, Batch batch, IReadOnlyList<Skip> skips, long mapImages, CancellationToken cancellationToken)
    {
        Tensor input = model.Embed(model.Info.Normalization.Apply(batch.Images));
        (_, Tensor map) = TokenMap.Split(model, input);
        if (_side == 0)
            _side = TokenMap.Side(map, mapImages * ((2 * model.Blocks.Count) + 1), ModelFeatures.MapBytes, bytesEach: 2);
        using var streams = new Streams(model);
        _parts.Add(("labels", null), batch.Labels);
        AddStream(model, null, input);
        Answer(model, null, streams.Observe(() => model.ForwardBlocks(input, 0)));
        foreach (SubBlock subBlock in SubBlock.All(model.Blocks.Count))
            AddStream(model, subBlock, streams.After(subBlock));
        for (int block = 0; block < model.Blocks.Count && _usage; block++)
        {
            var mlp = new SubBlock(block, SubBlockKind.Mlp);
            _parts.Add(("above zero", mlp), streams.AboveZero(block));
            _parts.Add(("mass", mlp), streams.Mass(block));
        }

        foreach (Skip skip in skips)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            // Without its MLP, a block's output is that of its attention; without its attention, its MLP has to run again.
            bool mlp = skip.Kind == SubBlockKind.Mlp;
            Tensor start = mlp ? streams.After(new SubBlock(skip.First, SubBlockKind.Attention))
                : skip.First == 0 ? input : streams.After(new SubBlock(skip.First - 1, SubBlockKind.Mlp));
            Answer(model, skip, skip.With(model, () => model.ForwardBlocks(start, mlp ? skip.First + 1 : skip.First)));
        }
    }

    private void AddStream(TransformerModel model, SubBlock? after, Tensor tokens)
    {
        (Tensor? token, Tensor map) = TokenMap.Split(model, tokens);
        _parts.Add(("token", after), token ?? tokens.mean([1]));
        _parts.Add(("map", after), TokenMap.Coarse(map, _side).to(ScalarType.Float16));
    }

    private void Answer(TransformerModel model, Skip? skip, Tensor features)
    {
        _parts.Add(("pooled", skip), model.ForwardHead(features, preLogits: true));
        _parts.Add(("answers", skip), model.ForwardHead(features).argmax(1));
    }

    /// <summary>The observed streams of one batch.</summary>
    private sealed class Streams(TransformerModel model) : IDisposable
    {
        private readonly Recorder[] _blocks = [.. model.Blocks.Select(_ => new Recorder())];

        public Tensor After(SubBlock subBlock) =>
            subBlock.Kind == SubBlockKind.Attention ? _blocks[subBlock.Block].Middle! : _blocks[subBlock.Block].End!;

        public Tensor AboveZero(int block) => _blocks[block].AboveZero ?? zeros(After(new SubBlock(block, SubBlockKind.Mlp)).shape[0]);

        /// <remarks>A block whose MLP the model itself skips has no activations.</remarks>
        public Tensor Mass(int block) => _blocks[block].Mass ?? zeros(After(new SubBlock(block, SubBlockKind.Mlp)).shape[0], 1);

        public Tensor Observe(Func<Tensor> pass)
        {
            try
            {
                foreach ((TransformerBlock block, Recorder recorder) in model.Blocks.Zip(_blocks))
                    block.Observer = recorder;
                return pass();
            }
            finally
            {
                foreach (TransformerBlock block in model.Blocks)
                    block.Observer = null;
            }
        }

        public void Dispose()
        {
            foreach (Recorder recorder in _blocks)
                recorder.Dispose();
        }
    }

    private sealed class Recorder : IBlockObserver, IDisposable
    {
        public Tensor? Middle { get; private set; }

        public Tensor? End { get; private set; }

        public Tensor? AboveZero { get; private set; }

        public Tensor? Mass { get; private set; }

        public void AfterAttention(Tensor tokens) => Middle = tokens.alias().DetachFromDisposeScope();

        public void AfterMlp(Tensor tokens) => End = tokens.alias().DetachFromDisposeScope();

        public void Hidden(Tensor activations)
        {
            using DisposeScope scope = NewDisposeScope();
            using Scalar zero = 0;
            AboveZero = activations.gt(zero).to(ScalarType.Float32).mean([1, 2]).DetachFromDisposeScope();
            Mass = activations.abs().sum(1).to(ScalarType.Float32).DetachFromDisposeScope();
        }

        public void Dispose()
        {
            foreach (Tensor? tensor in new[] { Middle, End, AboveZero, Mass })
                tensor?.Dispose();
        }
    }

    /// <summary>Tensors that grow by one batch at a time.</summary>
    private sealed class Parts : IDisposable
    {
        private readonly Dictionary<(string, object?), List<Tensor>> _growing = [];
        private readonly Dictionary<(string, object?), Tensor> _whole = [];

        public Tensor this[(string What, object? Where) key] => _whole[key];

        public void Add((string What, object? Where) key, Tensor part)
        {
            if (!_growing.TryGetValue(key, out List<Tensor>? parts))
                _growing[key] = parts = [];
            parts.Add(part.clone().DetachFromDisposeScope());
        }

        public void Join()
        {
            if (_growing.Count == 0)
                throw new InputException("There is no image to run the model on.", "probe", "Choose a split that has images.");
            foreach (((string, object?) key, List<Tensor> parts) in _growing)
            {
                _whole[key] = cat([.. parts]).DetachFromDisposeScope();
                foreach (Tensor part in parts)
                    part.Dispose();
                parts.Clear();
            }
        }

        public void Dispose()
        {
            foreach (Tensor tensor in _growing.Values.SelectMany(parts => parts).Concat(_whole.Values))
                tensor.Dispose();
        }
    }
}
