namespace ReMem.Teachers;

/// <summary>Scales of a block's two branches in the residual stream: h + a Attention(LN h), then h + b MLP(LN h).</summary>
/// <param name="Attention">a; 1 is the plain block.</param>
/// <param name="Mlp">b; 1 is the plain block.</param>
internal readonly record struct BlockScales(double Attention, double Mlp);
