using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>The attention of a transformer's block, [B, N, C] to [B, N, C], whose queries, keys and values can be observed.</summary>
/// <param name="name">Name of the module's type.</param>
internal abstract class AttentionLayer(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>Receives queries, keys and values; null, the default, costs nothing.</summary>
    public IBlockObserver? Observer { get; set; }

    /// <summary>softmax(q k' / sqrt(d)) v, [B, N, C], after the observer was called.</summary>
    /// <param name="packed">Queries, keys and values of each token, [B, N, 3 C].</param>
    /// <param name="heads">H.</param>
    protected Tensor Attend(Tensor packed, int heads)
    {
        using DisposeScope scope = NewDisposeScope();
        if (Observer is not null)
        {
            Tensor parts = AttentionProduct.Split(packed, heads);
            Observer.Attending(parts[0], parts[1], parts[2], null);
        }

        return AttentionProduct.Of(packed, heads).MoveToOuterDisposeScope();
    }

    /// <summary>softmax(q k' / sqrt(d) + bias) v, [B, H, N, d], after the observer was called.</summary>
    /// <param name="queries">[B, H, N, d].</param>
    /// <param name="keys">[B, H, N, d].</param>
    /// <param name="values">[B, H, N, d].</param>
    /// <param name="bias">[1, H, N, N]; null where there is none.</param>
    protected Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? bias = null)
    {
        Observer?.Attending(queries, keys, values, bias);
        return nn.functional.scaled_dot_product_attention(queries, keys, values, bias);
    }
}
