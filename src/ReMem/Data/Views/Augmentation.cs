using System.Collections.Concurrent;
using ReMem.Data.Pixels;
using ReMem.Runtime;

namespace ReMem.Data.Views;

/// <summary>A policy that changes a view after its crop and flip.</summary>
internal abstract class Augmentation
{
    /// <summary>What a policy may be, for messages.</summary>
    public const string Known = "none, trivial, three, or timm's RandAugment string such as rand-m9-mstd0.5-inc1";

    private static readonly ConcurrentDictionary<string, Augmentation?> Parsed = new(StringComparer.Ordinal);

    /// <summary>The policy of a name; null for "none".</summary>
    /// <exception cref="InputException">There is no such policy.</exception>
    public static Augmentation? Parse(string name) => Parsed.GetOrAdd(name, static text => text switch
    {
        "none" => null,
        "trivial" => new TrivialAugment(),
        "three" => new ThreeAugment(),
        _ when text == "rand" || text.StartsWith("rand-", StringComparison.Ordinal) => RandAugment.Parse(text),
        _ => throw Nearest.Unknown("augmentation", text, ["none", "trivial", "three", "rand-m9-mstd0.5-inc1"]),
    });

    /// <summary>Changes a view in place.</summary>
    /// <param name="image">The view.</param>
    /// <param name="pixelScale">Pixels of this view by those of the size that lengths are stated for.</param>
    /// <param name="random">Where its draws come from; how many it takes does not depend on the pixels.</param>
    public abstract void Apply(RgbImage image, double pixelScale, ref CounterRandom random);
}
