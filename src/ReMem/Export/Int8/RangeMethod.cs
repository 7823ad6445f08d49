namespace ReMem.Export.Int8;

/// <summary>How the range of an activation is chosen from the calibration statistics.</summary>
internal enum RangeMethod
{
    /// <summary>For each tensor, the method with the smallest squared error of rounding and clipping.</summary>
    Auto,

    /// <summary>From the smallest to the largest value.</summary>
    MinMax,

    /// <summary>Without the most extreme 0.005 % of the values at either end.</summary>
    Percentile,

    /// <summary>The range with the smallest squared error of rounding and clipping.</summary>
    LeastSquares,
}
