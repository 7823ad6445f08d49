namespace ReMem.Export.Int8;

/// <summary>An int8 file that was written, and what it costs and saves.</summary>
/// <param name="Path">The file; its name says so where it failed its check.</param>
/// <param name="Check">How it scores.</param>
/// <param name="Kept">Layers that stayed float32.</param>
/// <param name="Layers">How many layers are int8.</param>
/// <param name="Equalized">Pairs of convolutions that were equalised.</param>
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
    /// <summary>What a person wants to know, line by line.</summary>
    public List<string> Lines()
    {
        string Mega(long bytes) => FormattableString.Invariant($"{bytes / 1e6:0.00} MB");
        string kept = Kept.Count == 0 ? "" : $"; {string.Join(" and ", Kept)} in float32";
        string slower = Milliseconds > FloatMilliseconds ? "; int8 is slower here: use float32 unless size decides" : "";
        string pairs = Equalized == 0 ? "" : FormattableString.Invariant($"; {Equalized} pairs of convolutions equalised");
        return
        [
            FormattableString.Invariant($"{Path}: {Mega(Bytes)} (float32 {Mega(FloatBytes)}), {Layers} layers in int8{kept}{pairs}"),
            FormattableString.Invariant(
                $"test: top-1 {100 * Check.Top1:0.0} % (float32 {100 * Check.FloatTop1:0.0} %), the same class for {100 * Check.Agreement:0.0} % of {Check.Images} images"),
            FormattableString.Invariant($"one image, one thread: {Milliseconds:0.00} ms (float32 {FloatMilliseconds:0.00} ms){slower}"),
        ];
    }
}
