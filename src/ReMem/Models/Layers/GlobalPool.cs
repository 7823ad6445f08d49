namespace ReMem.Models.Layers;

/// <summary>How tokens are pooled to the feature that the classifier reads; the names are timm's <c>global_pool</c>.</summary>
public enum GlobalPool
{
    /// <summary>The class token.</summary>
    Token,

    /// <summary>The mean of the patch tokens.</summary>
    Avg,

    /// <summary>Attention of a learned query over the patch tokens (Zhai 2022).</summary>
    Map,
}
