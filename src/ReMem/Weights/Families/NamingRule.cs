using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>A rule for the tensors whose names match a pattern. <see cref="NamePattern"/> explains <c>#</c> and <c>*</c>.</summary>
internal sealed class NamingRule
{
    private readonly NamePattern[] _from;
    private readonly string[] _fromText;
    private readonly IReadOnlyList<(string To, Func<IReadOnlyList<Tensor>, Tensor>? Make)> _targets;

    private NamingRule(string[] from, params IReadOnlyList<(string, Func<IReadOnlyList<Tensor>, Tensor>?)> targets)
    {
        (_fromText, _from) = (from, [.. from.Select(f => new NamePattern(f))]);
        _targets = targets;
    }

    /// <summary>Why the tensors are dropped; null where they are not.</summary>
    public string? Why { get; private init; }

    /// <summary>Renames a tensor.</summary>
    public static NamingRule Move(string from, string to) => new([from], (to, null));

    /// <summary>Renames and converts a tensor.</summary>
    public static NamingRule Convert(string from, string to, Func<Tensor, Tensor> make) => new([from], (to, values => make(values[0])));

    /// <summary>Splits a tensor into two.</summary>
    public static NamingRule Split(string from, (string To, Func<Tensor, Tensor> Make) first,
        (string To, Func<Tensor, Tensor> Make) second) =>
        new([from], (first.To, values => first.Make(values[0])), (second.To, values => second.Make(values[0])));

    /// <summary>Makes a tensor from several, when the last of them is found.</summary>
    public static NamingRule Combine(string to, Func<IReadOnlyList<Tensor>, Tensor> make, params string[] from) => new(from, (to, make));

    /// <summary>Concatenates several tensors along the first dimension, such as queries, keys and values.</summary>
    public static NamingRule Join(string to, params string[] from) => Combine(to, values => cat([.. values], 0), from);

    /// <summary>Drops tensors that the image classifier does not use.</summary>
    public static NamingRule Drop(string from, string why) => new([from]) { Why = why };

    /// <summary>Applies the rule where the name matches.</summary>
    public RuleOutcome Apply(string name, Renaming renaming)
    {
        for (int i = 0; i < _from.Length; i++)
        {
            if (_from[i].Match(name) is not { } parts)
                continue;
            string[] all = [.. _fromText.Select(f => NamePattern.Fill(f, parts))];

            // Where a part is missing, the others keep their names, and loading reports them as unexpected.
            if (!all.All(renaming.Has))
                return RuleOutcome.No;
            if (i < _from.Length - 1)
                return RuleOutcome.Part;
            foreach ((string to, Func<IReadOnlyList<Tensor>, Tensor>? make) in _targets)
            {
                if (make is null)
                    renaming.Move(name, NamePattern.Fill(to, parts));
                else
                    renaming.Derive(NamePattern.Fill(to, parts), make, all);
            }

            return RuleOutcome.Done;
        }

        return RuleOutcome.No;
    }
}
