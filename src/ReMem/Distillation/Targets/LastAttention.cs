using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Distillation.Targets;

/// <summary>
/// The attention of a vision transformer's last block, as compared by MiniLM (Wang 2020): a distribution over the tokens for every
/// token, from queries and keys and from the relations of the values.
/// </summary>
internal sealed class LastAttention : IBlockObserver, IDisposable
{
    private readonly TransformerModel _model;
    private readonly IBlockObserver? _before;
    private Tensor[]? _mixed;

    /// <summary>Observes the last block until it is disposed.</summary>
    /// <param name="model">The model; its next pass is observed.</param>
    public LastAttention(TransformerModel model)
    {
        _model = model;
        _before = Last.Observer;
        Last.Observer = this;
    }

    private TransformerBlock Last => _model.Blocks[^1];

    /// <inheritdoc/>
    public void Attending(Tensor queries, Tensor keys, Tensor values, Tensor? bias)
    {
        _before?.Attending(queries, keys, values, bias);
        Forget();

        // Observed tensors are disposed with the block's scopes, but their gradients are needed after that.
        _mixed = [.. new[] { queries, keys, values, bias }.OfType<Tensor>().Select(t => t.alias().DetachFromDisposeScope())];
    }

    /// <summary>Both kinds of distributions, float32 or float64 [B, 2, H, N, N]; or their means over the heads, [B, 2, 1, N, N].</summary>
    /// <param name="classToken">
    /// Whether the class token counts among the tokens; other tokens than patches never count, since another model may not have them.
    /// </param>
    /// <param name="headMean">Whether to average over heads.</param>
    /// <exception cref="InvalidOperationException">The model has not run.</exception>
    public Tensor Distributions(bool classToken, bool headMean)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? exact = Autocast.Suspend(Last.parameters().First().device_type);
        if (_mixed is not [var q, var k, var v, ..])
            throw new InvalidOperationException($"the last block of '{_model.Info.Name}' did not compute attention");
        using Scalar scale = 1 / Math.Sqrt(q.shape[3]);
        Tensor queries = Chosen(q, 2, classToken), keys = Chosen(k, 2, classToken), values = Chosen(v, 2, classToken);
        Tensor scores = queries.matmul(keys.transpose(2, 3)) * scale;
        if (_mixed.Length > 3)
            scores = scores.Plus(Chosen(Chosen(_mixed[3], 2, classToken), 3, classToken));
        Tensor both = stack([scores, values.matmul(values.transpose(2, 3)) * scale], 1).softmax(-1);
        return (headMean ? both.mean([2], keepdim: true) : both).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void AfterAttention(Tensor tokens) => _before?.AfterAttention(tokens);

    /// <inheritdoc/>
    public void Hidden(Tensor activations) => _before?.Hidden(activations);

    /// <inheritdoc/>
    public void AfterMlp(Tensor tokens) => _before?.AfterMlp(tokens);

    /// <inheritdoc/>
    public void Dispose()
    {
        Last.Observer = _before;
        Forget();
    }

    private void Forget()
    {
        foreach (Tensor tensor in _mixed ?? [])
            tensor.Dispose();
        _mixed = null;
    }

    /// <summary>The used tokens along a dimension, in at least 32 bits.</summary>
    private Tensor Chosen(Tensor x, int dim, bool classToken)
    {
        int prefix = _model.Shape.PrefixTokens;
        Tensor patches = x.narrow(dim, prefix, x.shape[dim] - prefix);
        Tensor chosen = !classToken ? patches : prefix == 1 ? x : cat([x.narrow(dim, 0, 1), patches], dim);
        return chosen.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? chosen.to(ScalarType.Float32) : chosen;
    }
}
