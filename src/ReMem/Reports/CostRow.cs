namespace ReMem.Reports;

/// <summary>What a model costs and reaches.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Parameters">Trainable scalars.</param>
/// <param name="Macs">Multiply-accumulates of an image.</param>
/// <param name="Top1">On test, 0 to 1.</param>
/// <param name="Balanced">Balanced accuracy on test, 0 to 1.</param>
internal sealed record CostRow(string Name, long Parameters, long Macs, double Top1, double? Balanced)
{
    /// <summary>Which of the comparison's models it is.</summary>
    public ModelRole Role { get; init; }

    /// <summary>Milliseconds an image in ONNX Runtime with one thread, median; null where that was not measured.</summary>
    public double? Milliseconds { get; init; }
}
