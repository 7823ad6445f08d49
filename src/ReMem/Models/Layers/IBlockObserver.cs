using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>
/// Observes what a transformer block computes. The tensors belong to the block: copy what is needed later, and change nothing.
/// </summary>
internal interface IBlockObserver
{
    /// <summary>
    /// The attention's input: queries, keys and values [B, H, N, d] as they enter the products, and the bias [1, H, N, N] where there is
    /// one. Not called where the attention's scale is 0.
    /// </summary>
    void Attending(Tensor queries, Tensor keys, Tensor values, Tensor? bias)
    {
    }

    /// <summary>The token stream [B, N, C] after the attention's output is added, whatever its scale.</summary>
    void AfterAttention(Tensor tokens);

    /// <summary>The MLP's hidden activations [B, N, H], after the non-linearity. Not called where the MLP's scale is 0.</summary>
    void Hidden(Tensor activations);

    /// <summary>The token stream [B, N, C] after the MLP's output is added, whatever its scale.</summary>
    void AfterMlp(Tensor tokens);
}
