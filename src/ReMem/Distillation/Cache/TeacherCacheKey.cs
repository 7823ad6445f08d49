using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Data.Views;
using ReMem.Models;
using ReMem.Training;
using ReMem.Weights;

namespace ReMem.Distillation.Cache;

/// <summary>All that a teacher's outputs are a function of, part by part, so that a cache that does not fit can say what differs.</summary>
internal sealed class TeacherCacheKey
{
    // Raised when views are drawn in another way, so that older caches no longer show what a student sees.
    private const string Views = "3";
    private const string Weights = "teacher weights";
    private const string Data = "training images";
    private const string PrecisionPart = "precision";
    private const string HalfName = "bfloat16";

    /// <summary>Restores a key.</summary>
    internal TeacherCacheKey(IReadOnlyDictionary<string, string> parts) =>
        Parts = new SortedDictionary<string, string>(parts.ToDictionary(), StringComparer.Ordinal);

    /// <summary>Names and values.</summary>
    public IReadOnlyDictionary<string, string> Parts { get; }

    /// <summary>64 hexadecimal digits that stand for all parts.</summary>
    public string Fingerprint =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Parts.Select(p => $"{p.Key}={p.Value}\n")))));

    /// <summary>The teacher's own fingerprint; empty in a key that was damaged.</summary>
    public string TeacherFingerprint => Parts.GetValueOrDefault(Weights) ?? string.Empty;

    /// <summary>What the teacher's pass computed in.</summary>
    internal Precision Precision => Parts.GetValueOrDefault(PrecisionPart) == HalfName ? Precision.Bf16 : Precision.Fp32;

    /// <summary>The key of a teacher over a loader's views.</summary>
    /// <param name="teacher">Whose outputs they are.</param>
    /// <param name="loader">Makes the views, and the mixed batches where there are any.</param>
    /// <param name="data">The split's <see cref="SplitFingerprint"/>.</param>
    /// <param name="precision">Of the teacher's pass.</param>
    public static TeacherCacheKey Of(ImageModel teacher, BatchLoader loader, string data, Precision precision = Precision.Fp32)
    {
        string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        var parts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Weights] = ModelFingerprint.Of(teacher),
            ["teacher normalisation"] =
                $"mean {string.Join(' ', teacher.Info.Normalization.Mean.Select(Text))}, std "
                    + $"{string.Join(' ', teacher.Info.Normalization.Std.Select(Text))}",
            ["teacher pooling"] = teacher.Options.GlobalPool?.ToString() ?? "the model's own",
            ["teacher resolution"] = teacher.ImageSize.ToString(CultureInfo.InvariantCulture),
            [PrecisionPart] = precision == Precision.Bf16 ? HalfName : "float32",
            [Data] = data,
            ["number of images"] = loader.Source.Count.ToString(CultureInfo.InvariantCulture),
            ["seed"] = loader.Options.Seed.ToString(CultureInfo.InvariantCulture),
            ["view version"] = Views,
            // Which images meet in a batch matters where they are mixed, and only there.
            ["mixing"] = loader.IsMixed ? Mixing(loader) : "none",
        };
        foreach (PropertyInfo option in typeof(ViewOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite))
            parts[$"view option {option.Name}"] = Format(option.GetValue(loader.View));
        return new TeacherCacheKey(parts);
    }

    /// <summary>What differs, as sentences' parts such as "its seed is 1, and 2 is wanted".</summary>
    /// <param name="wanted">The key that a training has.</param>
    public IReadOnlyList<string> DifferencesFrom(TeacherCacheKey wanted)
    {
        string Say(string part)
        {
            if (part is Weights or Data)
                return $"its {part} are others";
            string? here = Parts.GetValueOrDefault(part), there = wanted.Parts.GetValueOrDefault(part);
            return $"its {part} is {here ?? "unknown"}, and {there ?? "none"} is wanted";
        }

        // The causes first: other images are also another number of them.
        return [.. Parts.Keys.Union(wanted.Parts.Keys).Where(p => Parts.GetValueOrDefault(p) != wanted.Parts.GetValueOrDefault(p))
            .OrderBy(p => p is Weights ? 0 : p is Data ? 1 : 2).ThenBy(p => p, StringComparer.Ordinal).Select(Say)];
    }

    private static string Mixing(BatchLoader loader)
    {
        LoaderOptions options = loader.Options;
        string order = !options.Shuffle
            ? "ordered"
            : options.Sampling == ClassSampling.Uniform ? "shuffled" : $"{options.Sampling} sampled";
        string labels = loader.IsResampled
            ? $", labels {Digest(Enumerable.Range(0, loader.Source.Count).Select(loader.Source.Label))}"
            : string.Empty;
        string unlabelled = loader.HasUnlabelled
            ? string.Create(CultureInfo.InvariantCulture, $", {options.UnlabelledRatio} unlabelled per labelled")
            : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"mixup {options.MixupAlpha}, cutmix {options.CutmixAlpha}, {order} batches of {options.BatchSize}, {loader.SlotsPerEpoch} "
                + $"images{labels}{unlabelled}");
    }

    private static string Digest(IEnumerable<int> labels) =>
        Convert.ToHexStringLower(SHA256.HashData([.. labels.SelectMany(label => BitConverter.GetBytes(label))]))[..16];

    private static string Format(object? value) => value switch
    {
        null => "none",
        ITuple pair => string.Join(" to ", Enumerable.Range(0, pair.Length).Select(i => Format(pair[i]))),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
