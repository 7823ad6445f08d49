using static TorchSharp.torch;

namespace ReMem.Weights.Families;

/// <summary>What becomes of the tensors whose names fit a pattern. <see cref="NamePattern"/> tells what <c>#</c> and <c>*</c> mean.</summary>
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

    /// <summary>Another name for the same numbers.</summary>
    public static NamingRule Move(string from, string to) => new([from], (to, null));

    /// <summary>Another name and another form.</summary>
    public static NamingRule Convert(string from, string to, Func<Tensor, Tensor> make) => new([from], (to, values => make(values[0])));

    /// <summary>One tensor that becomes two.</summary>
    public static NamingRule Split(string from, (string To, Func<Tensor, Tensor> Make) first, (string To, Func<Tensor, Tensor> Make) second) =>
        new([from], (first.To, values => first.Make(values[0])), (second.To, values => second.Make(values[0])));

    /// <summary>A tensor made of several, when the last of them comes.</summary>
    public static NamingRule Combine(string to, Func<IReadOnlyList<Tensor>, Tensor> make, params string[] from) => new(from, (to, make));

    /// <summary>Several tensors, one after the other along the first dimension, such as queries, keys and values.</summary>
    public static NamingRule Join(string to, params string[] from) => Combine(to, values => cat([.. values], 0), from);

    /// <summary>Tensors that the image classifier has no use for.</summary>
    public static NamingRule Drop(string from, string why) => new([from]) { Why = why };

    /// <summary>Applies the rule where the name fits.</summary>
    public RuleOutcome Apply(string name, Renaming renaming)
    {
        for (int i = 0; i < _from.Length; i++)
        {
            if (_from[i].Match(name) is not { } parts)
                continue;
            string[] all = [.. _fromText.Select(f => NamePattern.Fill(f, parts))];

            // Where a part is missing, the others stay under their own names, and loading says that nobody knows them.
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
