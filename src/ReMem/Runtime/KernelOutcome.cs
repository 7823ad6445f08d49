using System.Globalization;
using System.Text.Json.Serialization;

namespace ReMem.Runtime;

/// <summary>The outcome of checking one set of kernels on this machine.</summary>
/// <param name="Name">The set's name, such as "default" or "avx2".</param>
/// <param name="Description">One human-readable line.</param>
/// <param name="Status">The status of the float32 cases.</param>
/// <param name="Error">The largest relative error of a float32 case; infinity where a result was not finite or not the same twice.
/// NaN where none was computed.</param>
/// <param name="Worst">
/// The float32 case of that error, or the case at which the process died or stopped; null where none was started.
/// </param>
/// <param name="Bf16Error">The largest relative error of a bf16 case; NaN where none was computed.</param>
/// <param name="Bf16Worst">The bf16 case of that error.</param>
/// <param name="WrongCases">Cases beyond their limit.</param>
/// <param name="Cases">Cases that were computed.</param>
/// <param name="Seconds">Wall time of the check.</param>
/// <param name="Detail">How the process ended, where it failed.</param>
internal sealed record KernelOutcome(
    string Name,
    string Description,
    KernelStatus Status,
    double Error,
    string? Worst,
    double Bf16Error,
    string? Bf16Worst,
    int WrongCases,
    int Cases,
    double Seconds,
    string? Detail)
{
    /// <summary>
    /// Of "products" and "matmul": its speed over that of libtorch's own convolutions, forward and backward; null where it was not
    /// measured.
    /// </summary>
    public double? Speed { get; init; }

    /// <summary>Whether float32 may be computed with it.</summary>
    [JsonIgnore]
    public bool IsRight => Status == KernelStatus.Right;

    /// <summary>Whether bf16 may be computed with it, or is not available here.</summary>
    [JsonIgnore]
    public bool IsRightInBf16 => IsRight && !(Bf16Error > KernelCase.Bf16Limit);

    /// <summary>The verdict in words, for a table.</summary>
    [JsonIgnore]
    public string Verdict => Status switch
    {
        KernelStatus.Right when double.IsNaN(Bf16Error) =>
            FormattableString.Invariant($"right in float32 (largest error {Error:0.0e+0}); no bf16 here"),
        KernelStatus.Right when IsRightInBf16 =>
            FormattableString.Invariant($"right (largest error {Error:0.0e+0}, bf16 {Bf16Error:0.0e+0}, {Cases} cases, {Seconds:0.0} s)")
            + (Speed is { } speed ? FormattableString.Invariant($", {speed:0.00} times as fast as the default") : string.Empty),
        KernelStatus.Right => FormattableString.Invariant(
            $"right in float32 (largest error {Error:0.0e+0}), wrong in bf16 by {Percent(Bf16Error)}: {Bf16Worst}"),
        KernelStatus.Wrong => $"wrong by {Percent(Error)} ({WrongCases} of {Cases} cases): {Worst}",
        KernelStatus.Died => $"died ({Detail}): {Worst ?? "at its start"}",
        KernelStatus.TooSlow => $"too slow ({Detail}): {Worst ?? "at its start"}",
        KernelStatus.Passed => $"not used: {Detail}",
        _ => $"not checked: {Detail}",
    };

    private static string Percent(double error) =>
        double.IsInfinity(error) ? "any amount" : string.Create(CultureInfo.InvariantCulture, $"{100 * error:0.###} %");
}
