namespace ReMem.Training;

/// <summary>What a forward pass computes in.</summary>
public enum Precision
{
    /// <summary>float32.</summary>
    Fp32,

    /// <summary>bfloat16 for products and convolutions; weights, norms of the stream, softmax and loss stay float32.</summary>
    Bf16,
}
