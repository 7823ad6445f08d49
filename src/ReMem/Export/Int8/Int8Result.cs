using System.Globalization;
namespace ReMem.Export.Int8;

/// <summary>An int8 file with its accuracy, size and speed.</summary>
/// <param name="Path">The file; it has another name where it failed its check.</param>
/// <param name="Check">Its scores.</param>
/// <param name="Kept">Layers that stayed float32.</param>
/// <param name="Layers">Number of int8 layers.</param>
/// <param name="Equalized">Number of equalised pairs of convolutions.</param>
/// <param name="FloatBytes">Size of the float32 file.</param>
/// <param name="Bytes">Size of the int8 file.</param>
/// <param name="FloatMilliseconds">Median time of one image with one thread on this machine, float32.</param>
/// <param name="Milliseconds">The same, int8.</param>
internal sealed record Int8Result(
    string Path,
    Int8Check Check,
    IReadOnlyList<string> Kept,
    int Layers,
    int Equalized,
    long FloatBytes,
    long Bytes,
    double FloatMilliseconds,
    double Milliseconds)
{
    /// <summary>A human-readable summary, line by line.</summary>
    public List<string> Lines()
    {
        string Mega(long bytes) => FormattableString.Invariant($"{bytes / 1e6:0.00} MB");
        string kept = Kept.Count == 0 ? "" : $"; {string.Join(" and ", Kept)} in float32";
        string slower = Milliseconds > FloatMilliseconds ? "; int8 is slower here: use float32 unless size decides" : "";
        string pairs = Equalized == 0 ? "" : FormattableString.Invariant($"; {Equalized} pairs of convolutions equalised");
        return
        [
            FormattableString.Invariant($"{Path}: {Mega(Bytes)} (float32 {Mega(FloatBytes)}), {Layers} layers in int8{kept}{pairs}"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"test: top-1 {100 * Check.Top1:0.0} % (float32 {100 * Check.FloatTop1:0.0} %), the same class for "
                    + $"{100 * Check.Agreement:0.0} % of {Check.Images} images"),
            FormattableString.Invariant($"one image, one thread: {Milliseconds:0.00} ms (float32 {FloatMilliseconds:0.00} ms){slower}"),
        ];
    }
}
