namespace ReMem.Models.Layers;

/// <summary>The nonlinearity of an MLP.</summary>
internal enum GeluKind
{
    /// <summary>x Phi(x), exact.</summary>
    Gelu,

    /// <summary>GELU's tanh approximation.</summary>
    GeluTanh,

    /// <summary>x sigmoid(1.702 x), as OpenAI's CLIP.</summary>
    QuickGelu,
}
