using System.Globalization;
using System.Text.RegularExpressions;
using ReMem.Data.Pixels;
using ReMem.Runtime;

namespace ReMem.Data.Views;

/// <summary>
/// RandAugment (Cubuk 2019) as in timm: n operations drawn with replacement, each applied with a probability, at a magnitude m of 10 that
/// varies by a deviation.
/// </summary>
internal sealed partial class RandAugment : Augmentation
{
    private const double Levels = 10;

    // Above this, timm draws the magnitude uniformly.
    private const double UniformFrom = 100;

    private delegate void Operation(RgbImage image, double level, bool increasing, ref CounterRandom random);

    private static readonly Operation[] Operations =
    [
        (image, _, _, ref _) => PixelOps.AutoContrast(image.Pixels),
        (image, _, _, ref _) => PixelOps.Equalize(image.Pixels),
        (image, _, _, ref _) => PixelOps.Solarize(image.Pixels, 0),
        (image, level, _, ref random) => AffineWarp.Rotate(Signed(level / Levels * 30, ref random), image.Width, image.Height).Apply(image,
            Filter(ref random), AffineWarp.MeanFill),
        (image, level, increasing, ref _) =>
            PixelOps.Posterize(image.Pixels, increasing ? 4 - (int)(level / Levels * 4) : (int)(level / Levels * 4)),
        (image, level, increasing, ref _) => PixelOps.Solarize(image.Pixels, increasing ? 256 - Threshold(level) : Threshold(level)),
        (image, level, _, ref _) => PixelOps.SolarizeAdd(image.Pixels, Math.Min(128, (int)(level / Levels * 110))),
        (image, level, increasing, ref random) => PixelOps.Color(image.Pixels, Factor(level, increasing, ref random)),
        (image, level, increasing, ref random) => PixelOps.Contrast(image.Pixels, Factor(level, increasing, ref random)),
        (image, level, increasing, ref random) => PixelOps.Brightness(image.Pixels, Factor(level, increasing, ref random)),
        (image, level, increasing, ref random) => PixelOps.Sharpness(image.Pixels, image.Width, Factor(level, increasing, ref random)),
        (image, level, _, ref random) =>
            AffineWarp.ShearX(Signed(level / Levels * 0.3, ref random)).Apply(image, Filter(ref random), AffineWarp.MeanFill),
        (image, level, _, ref random) =>
            AffineWarp.ShearY(Signed(level / Levels * 0.3, ref random)).Apply(image, Filter(ref random), AffineWarp.MeanFill),
        (image, level, _, ref random) => AffineWarp.Translate(Signed(level / Levels * 0.45, ref random) * image.Width, 0).Apply(image,
            Filter(ref random), AffineWarp.MeanFill),
        (image, level, _, ref random) => AffineWarp.Translate(0, Signed(level / Levels * 0.45, ref random) * image.Height).Apply(image,
            Filter(ref random), AffineWarp.MeanFill),
    ];

    /// <summary>m: strength, 0 to 10 (mmax raises the end).</summary>
    public double Magnitude { get; private init; } = Levels;

    /// <summary>n: operations per view.</summary>
    public int Count { get; private init; } = 2;

    /// <summary>mstd: deviation of the strength; above 100 it is uniform from 0 to m.</summary>
    public double Deviation { get; private init; }

    /// <summary>mmax: the maximal magnitude.</summary>
    public double MaxMagnitude { get; private init; } = Levels;

    /// <summary>inc: whether every operation grows stronger with m.</summary>
    public bool Increasing { get; private init; }

    /// <summary>p: probability of applying each drawn operation.</summary>
    public double Probability { get; private init; } = 0.5;

    /// <summary>Reads timm's string: rand, then -key and number, as rand-m9-mstd0.5-inc1.</summary>
    /// <exception cref="InputException">A key is unknown, or a number is out of range.</exception>
    public static new RandAugment Parse(string text)
    {
        Dictionary<string, double> given = [];
        foreach (string section in text.Split('-')[1..])
        {
            Match match = Section().Match(section);
            if (!match.Success || !Ranges.TryGetValue(match.Groups[1].Value, out (double Low, double High) range))
                throw new InputException($"The augmentation '{text}' has the part '{section}'.",
                    remedy: $"Its parts are {Keys}, each with a number: rand-m9-mstd0.5-inc1.");
            double value = double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            if (!(value >= range.Low && value <= range.High))
                throw new InputException($"The augmentation '{text}' has {match.Groups[1].Value} {value}.",
                    remedy: FormattableString.Invariant($"It is {range.Low} to {range.High}."));
            given[match.Groups[1].Value] = value;
        }

        double max = given.GetValueOrDefault("mmax", Levels), magnitude = given.GetValueOrDefault("m", Levels);
        return new RandAugment
        {
            Magnitude = Math.Min(magnitude, max),
            Count = (int)given.GetValueOrDefault("n", 2),
            Deviation = given.GetValueOrDefault("mstd"),
            MaxMagnitude = max,
            Increasing = given.GetValueOrDefault("inc") > 0,
            Probability = given.GetValueOrDefault("p", 0.5),
        };
    }

    public override void Apply(RgbImage image, double pixelScale, ref CounterRandom random)
    {
        for (int i = 0; i < Count; i++)
        {
            Operation operation = Operations[random.NextInt(Operations.Length)];
            bool applies = random.NextDouble() < Probability;
            double level = Deviation == 0 ? Magnitude
                : Deviation > UniformFrom ? random.Uniform(0, Magnitude)
                : Magnitude + (Deviation * random.Normal());
            if (applies)
                operation(image, Math.Clamp(level, 0, MaxMagnitude), Increasing, ref random);
        }
    }

    private static Dictionary<string, (double Low, double High)> Ranges { get; } = new()
    {
        ["m"] = (0, 100),
        ["n"] = (1, 20),
        ["mstd"] = (0, 1000),
        ["mmax"] = (1, 100),
        ["inc"] = (0, 1),
        ["p"] = (0, 1),
    };

    private static string Keys => string.Join(", ", Ranges.Keys);

    private static double Signed(double value, ref CounterRandom random) => random.NextDouble() > 0.5 ? -value : value;

    private static Interpolation Filter(ref CounterRandom random) =>
        random.NextInt(2) == 0 ? Interpolation.Bilinear : Interpolation.Bicubic;

    private static int Threshold(double level) => Math.Min(256, (int)(level / Levels * 256));

    /// <summary>0.1 to 1.9; increasing: 1 and up to 0.9 to either side.</summary>
    private static float Factor(double level, bool increasing, ref CounterRandom random) => increasing
        ? (float)Math.Max(0.1, 1 + Signed(level / Levels * 0.9, ref random))
        : (float)((level / Levels * 1.8) + 0.1);

    [GeneratedRegex(@"^([a-z]+)(\d+(?:\.\d+)?)$")]
    private static partial Regex Section();
}
