namespace ReMem.Information;

/// <summary>The sub-blocks of a transformer block.</summary>
internal enum SubBlockKind
{
    /// <summary>h + a MSA(LN h).</summary>
    Attention,

    /// <summary>h + b MLP(LN h).</summary>
    Mlp,
}
