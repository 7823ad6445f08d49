namespace ReMem.Eng.EmojiData;

/// <summary>Chooses the drawings of the two tasks and divides them, so that no group straddles a border.</summary>
public sealed class Builder
{
    /// <summary>The share of a subcategory's groups of which pretraining holds one style out, for validation or for test.</summary>
    private const double HeldOut = 0.2;

    private const int Train = 0;

    private readonly IReadOnlyList<Sample> _samples;
    private readonly NearDuplicates _groups;
    private readonly Sample[] _downstream;
    private readonly IReadOnlyDictionary<string, int> _splitOf;

    /// <summary>Groups the Noto drawings and assigns the downstream splits, which the other styles have no say in.</summary>
    public Builder(IReadOnlyList<Sample> samples)
    {
        _samples = samples;
        (_groups, Joined) = Join(samples.Where(IsNoto));
        _downstream = Distinct(samples.Where(s => IsNoto(s) && (s.IsDefault || s.File == ChosenTone(s.Emoji))));
        _splitOf = Splits.Assign(_downstream.Select(s => (Group(s), Category(s))));
    }

    /// <summary>The pairs of Noto drawings whose likeness joined two groups.</summary>
    public IReadOnlyList<(Sample A, Sample B)> Joined { get; }

    /// <summary>The demo's task: the category of a Noto drawing, in its default form and at most one skin tone.</summary>
    public Built Downstream() => new(
        EmojiCatalogue.Categories,
        Splits.Names.Select((name, index) => (name, Rows: _downstream.Where(s => _splitOf[Group(s)] == index)))
            .ToDictionary(
                s => s.name,
                IReadOnlyList<Row> (s) => s.Rows.Select(r => new Row(r.Drawing.ToPng(), r.File, Category(r), Group(r))).ToArray()));

    /// <summary>
    /// The teacher's earlier, broader task: the subcategory of a drawing in any style and any single skin tone, from the groups of the
    /// downstream training split alone. Its validation and test splits are one style of every fifth group,
    /// whose other styles are seen in training.
    /// </summary>
    public Built Pretraining()
    {
        // A drawing of another style may look like one that is held out downstream, though the emoji differ: such groups go too.
        (NearDuplicates alike, _) = Join(_samples);
        string Alike(Sample s) => alike.Root(EmojiGroup.Of(s.Emoji.Unified));
        HashSet<string> blocked = [.. _downstream.Where(s => _splitOf[Group(s)] != Train).Select(Alike)];
        Sample[] allowed = Distinct(_samples.Where(s => _splitOf.GetValueOrDefault(Group(s), -1) == Train && !blocked.Contains(Alike(s))));
        string[] classes = allowed.OrderBy(s => s.Emoji.Order).Select(s => s.Emoji.Subcategory).Distinct().ToArray();
        Dictionary<(string Group, string Style), string> heldOut = [];
        foreach (var members in allowed.GroupBy(s => s.Emoji.Subcategory))
        {
            var several = members.GroupBy(Group, s => s.Style)
                .Select(g => (Group: g.Key, Styles: g.Distinct().Order(StringComparer.Ordinal).ToArray()))
                .Where(g => g.Styles.Length > 1).OrderBy(g => Splits.Hash("pretrain", g.Group)).ToArray();
            foreach (var (group, styles) in several.Take((int)Math.Ceiling(HeldOut * several.Length)))
                heldOut[(group, styles[Draw("style", group, styles.Length)])] = Splits.Names[1 + Draw("part", group, 2)];
        }

        Row ToRow(Sample s) => new(s.Drawing.ToPng(), $"{s.Style}-{s.File}", Array.IndexOf(classes, s.Emoji.Subcategory), Group(s));
        return new Built(classes, Splits.Names.ToDictionary(
            name => name,
            IReadOnlyList<Row> (name) =>
                allowed.Where(s => heldOut.GetValueOrDefault((Group(s), s.Style), Splits.Names[Train]) == name).Select(ToRow).ToArray()));
    }

    private static int Draw(string purpose, string name, int choices) => (int)(Splits.Hash(purpose, name) % (ulong)choices);

    private static (NearDuplicates Groups, IReadOnlyList<(Sample A, Sample B)> Joined) Join(IEnumerable<Sample> samples)
    {
        NearDuplicates groups = new();
        groups.JoinEqual(samples.Select(Grouped));
        Sample[] compared = samples.Where(s => s.IsDefault).ToArray();
        return (groups, groups.JoinSimilar(compared.Select(Grouped).ToArray()).Select(p => (compared[p.A], compared[p.B])).ToArray());
    }

    private static bool IsNoto(Sample sample) => sample.Style == "noto";

    private static Sample[] Distinct(IEnumerable<Sample> samples) => samples.DistinctBy(s => s.Drawing.Hash).ToArray();

    private static int Category(Sample sample) => EmojiCatalogue.Categories.TakeWhile(c => c != sample.Emoji.Category).Count();

    private static string? ChosenTone(Emoji emoji) =>
        emoji.SkinTones.Count == 0 ? null : emoji.SkinTones[Draw("tone", emoji.Unified, emoji.SkinTones.Count)];

    private static (string Group, Drawing Drawing) Grouped(Sample sample) => (EmojiGroup.Of(sample.Emoji.Unified), sample.Drawing);

    private string Group(Sample sample) => _groups.Root(EmojiGroup.Of(sample.Emoji.Unified));
}
