using System.ComponentModel.DataAnnotations;
using ReMem.Runtime;

namespace ReMem.Export.Int8;

/// <summary>The settings of an int8 export.</summary>
internal sealed record Int8Options
{
    /// <summary>The value of <see cref="Keep"/> that measures whether to keep the first and the last layer in float32.</summary>
    public const string Auto = "auto";

    /// <summary>The value of <see cref="Keep"/> that quantises every layer.</summary>
    public const string None = "none";

    /// <summary>Calibration images, 1 to 100,000. Default 200.</summary>
    [Range(1, 100_000)]
    public int Images { get; init; } = 200;

    /// <summary>How activation ranges are chosen. Default Auto.</summary>
    [EnumDataType(typeof(RangeMethod))]
    public RangeMethod Ranges { get; init; } = RangeMethod.Auto;

    /// <summary>Layers that stay float32: auto, none, or their timm names separated by commas. Default auto.</summary>
    public string Keep { get; init; } = Auto;

    /// <summary>Maximal loss of top-1 in percentage points, 0 to 100; a file that loses more fails its check. Default 2.</summary>
    [Range(0.0, 100.0)]
    public double MaxLoss { get; init; } = 2;

    /// <summary>Seed of the choice of calibration images. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>The names of <see cref="Ranges"/>.</summary>
    private static readonly Dictionary<string, RangeMethod> Methods = new(StringComparer.Ordinal)
    {
        ["auto"] = RangeMethod.Auto,
        ["min-max"] = RangeMethod.MinMax,
        ["percentile"] = RangeMethod.Percentile,
        ["least-squares"] = RangeMethod.LeastSquares,
    };

    /// <summary>The method of a name: auto, min-max, percentile or least-squares.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static RangeMethod RangesNamed(string name) =>
        Methods.TryGetValue(name, out RangeMethod method)
            ? method
            : throw Nearest.Unknown("way of choosing ranges", name, [.. Methods.Keys], "--int8-ranges");
}
