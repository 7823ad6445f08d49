namespace ReMem.Models.Layers;

/// <summary>The form of a block's MLP.</summary>
internal enum MlpKind
{
    /// <summary>Two layers with an activation in between.</summary>
    Plain,

    /// <summary>SwiGLU (Shazeer 2020) whose gate and value share one weight: <c>fc1</c> is twice as wide, the gate's half first.</summary>
    PackedSwiGlu,

    /// <summary>SwiGLU with separate weights, <c>fc1_g</c> and <c>fc1_x</c>.</summary>
    SplitSwiGlu,

    /// <summary>SwiGLU with separate weights and a norm before the last layer (EVA-02's sub-LN).</summary>
    NormedSwiGlu,
}
