using System.Collections.Concurrent;
using ReMem.Data.Pixels;
using ReMem.Runtime;

namespace ReMem.Data.Views;

/// <summary>A policy that changes a view after its crop and flip.</summary>
internal abstract class Augmentation : ISettingText
{
    private static readonly ConcurrentDictionary<string, Augmentation?> Parsed = new(StringComparer.Ordinal);

    /// <summary>Every policy: how it is written, whether a text means it, and what it is.</summary>
    private static readonly (SettingForm Form, Func<string, bool> IsMeant, Func<string, Augmentation?> Make)[] Policies =
    [
        (new("none", "views stay as they are"), text => text == "none", _ => null),
        (new("trivial", "TrivialAugment, wide: one operation of any strength (Müller 2021)"), text => text == "trivial",
            _ => new TrivialAugment()),
        (new("three", "3-Augment: grey, solarized or blurred; with a colour jitter of 0.3 (DeiT III, Touvron 2022)"),
            text => text == "three", _ => new ThreeAugment()),
        (new("rand-m9-mstd0.5-inc1", "RandAugment, by timm's string"),
            text => text == "rand" || text.StartsWith("rand-", StringComparison.Ordinal), RandAugment.Parse),
    ];

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms => [.. Policies.Select(p => p.Form)];

    /// <summary>The policy of a name; null for "none".</summary>
    /// <exception cref="InputException">There is no such policy.</exception>
    public static Augmentation? Parse(string name) => Parsed.GetOrAdd(name, static text =>
        Policies.FirstOrDefault(p => p.IsMeant(text)).Make is { } make
            ? make(text)
            : throw Nearest.Unknown("augmentation", text, [.. Forms.Select(f => f.Text)]));

    /// <inheritdoc/>
    public static void RequireReadable(string text, string where) => Parse(text);

    /// <summary>Changes a view in place.</summary>
    /// <param name="image">The view.</param>
    /// <param name="pixelScale">Pixels of this view by those of the size that lengths are stated for.</param>
    /// <param name="random">Where its draws come from; how many it takes does not depend on the pixels.</param>
    public abstract void Apply(RgbImage image, double pixelScale, ref CounterRandom random);
}
