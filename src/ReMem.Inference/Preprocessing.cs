using System.Text.Json.Serialization;
using ReMem.Data.Pixels;

namespace ReMem.Inference;

/// <summary>How images become a file's input, as the file's own metadata says it.</summary>
internal sealed record Preprocessing
{
    /// <summary>Channels, rows and columns.</summary>
    [JsonPropertyName("input_size")]
    public int[] InputSize { get; init; } = [];

    /// <summary>What the file does itself: nothing, "normalize", or "resize", "center_crop" and "normalize".</summary>
    [JsonPropertyName("inside")]
    public string[] Inside { get; init; } = [];

    /// <summary>Per channel, of pixels in [0, 1].</summary>
    [JsonPropertyName("mean")]
    public double[] Mean { get; init; } = [];

    /// <summary>Per channel, of pixels in [0, 1].</summary>
    [JsonPropertyName("std")]
    public double[] Std { get; init; } = [];

    /// <summary>timm's crop_pct.</summary>
    [JsonPropertyName("crop_pct")]
    public double CropPct { get; init; }

    /// <summary>timm's name of the filter.</summary>
    [JsonPropertyName("interpolation")]
    public string Filter { get; init; } = string.Empty;

    /// <summary>Side of the view, pixels.</summary>
    [JsonIgnore]
    public int Size => InputSize[^1];

    /// <summary>Whether the file takes whole images and resizes them.</summary>
    [JsonIgnore]
    public bool TakesImages => Inside.Contains("resize");

    /// <summary>Whether the file takes pixels and normalises them.</summary>
    [JsonIgnore]
    public bool TakesPixels => !TakesImages && Inside.Contains("normalize");

    /// <summary>The filter.</summary>
    [JsonIgnore]
    public Interpolation Interpolation => Enum.Parse<Interpolation>(Filter, ignoreCase: true);

    /// <summary>Whether all of it is there and makes sense.</summary>
    [JsonIgnore]
    public bool IsValid => InputSize is [3, > 0 and <= 8192, > 0 and <= 8192] && InputSize[1] == InputSize[2] && Mean.Length == 3
        && Std.Length == 3 && Std.All(s => s > 0) && CropPct is > 0 and <= 1
        && Enum.TryParse<Interpolation>(Filter, ignoreCase: true, out _);
}

/// <summary>Reads metadata without reflection, so that the package can be trimmed.</summary>
[JsonSerializable(typeof(Preprocessing))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class MetadataJson : JsonSerializerContext;
