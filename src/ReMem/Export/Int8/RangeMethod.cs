namespace ReMem.Export.Int8;

/// <summary>How the range of an activation is chosen from what the calibration images gave.</summary>
internal enum RangeMethod
{
    /// <summary>For each tensor, whichever of the others has the smallest squared error of rounding and clipping.</summary>
    Auto,

    /// <summary>From the smallest to the largest value.</summary>
    MinMax,

    /// <summary>Without the outermost 0.005 % of the values at either end.</summary>
    Percentile,

    /// <summary>The range with the smallest squared error of rounding and clipping.</summary>
    LeastSquares,
}
