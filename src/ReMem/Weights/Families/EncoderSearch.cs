using ReMem.Weights.Files;

namespace ReMem.Weights.Families;

/// <summary>
/// Finds the image model in a file by its names, under any prefix and among any other tensors; where there are several, by the shapes of
/// the wanted one, and then by their prefixes.
/// </summary>
internal sealed class EncoderSearch
{
    private const int MaxCandidates = 12;

    /// <summary>A network fits as well as the best one where it has as many of the wanted tensors, up to a few of a head.</summary>
    private const double AsGood = 0.97;

    private readonly WeightsFile _file;
    private readonly IReadOnlyDictionary<string, string> _names;
    private readonly List<Candidate> _candidates;

    private EncoderSearch(WeightsFile file)
    {
        _file = file;
        _names = InnerWrappers.Strip(file.Tensors.Keys, file.Dictionaries);
        _candidates = Recognise();
    }

    private sealed record Candidate(string Prefix, string Root, NamingFamily Family);

    /// <summary>Finds it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="prefix">The required name prefix; empty is none, null is any.</param>
    /// <param name="wanted">The wanted architecture; null where it is not known.</param>
    /// <exception cref="InputException">No name begins with that prefix, or a tensor has a shape that its family does not have.</exception>
    public static EncoderChoice Find(WeightsFile file, string? prefix, WantedShapes? wanted)
    {
        var search = new EncoderSearch(file);
        string? place = prefix is null ? null : search.Place(prefix);
        List<Candidate> allowed = place switch
        {
            null => search._candidates,
            "" => [.. search._candidates.Where(c => c.Prefix.Length == 0 || file.Dictionaries.Contains(c.Prefix))],
            _ => [.. search._candidates.Where(c => c.Prefix.StartsWith(place, StringComparison.Ordinal))],
        };
        return allowed.Count switch
        {
            0 => search.Take(new Candidate(place ?? search.Unrecognised(), string.Empty, new NamingFamily("unknown", _ => true, [])),
                isKnown: false),
            1 => search.Take(allowed[0], isKnown: true),
            _ => search.Best(allowed, wanted),
        };
    }

    /// <summary>Every prefix under which names of a family start, outermost first; one for each network.</summary>
    private List<Candidate> Recognise()
    {
        var found = new Dictionary<string, Candidate>(StringComparer.Ordinal);
        foreach (string prefix in NamePrefixes.All(_names.Keys))
        {
            if (NamingFamilies.Recognise(prefix, _names) is { } family)
            {
                string root = family.RootUnder(prefix, _names.Keys);
                if (!found.TryGetValue(root, out Candidate? known) || known.Prefix.Length > prefix.Length)
                    found[root] = new Candidate(prefix, root, family);
            }

            if (found.Count >= MaxCandidates)
                break;
        }

        return [.. found.Values];
    }

    /// <summary>A prefix given by the user in the form of the names: with its delimiter, and with the path of its dictionary.</summary>
    private string Place(string prefix)
    {
        if (prefix.Length == 0)
            return prefix;
        string[] forms = prefix[^1] is '.' or '/' or '_' or ':' ? [prefix] : [$"{prefix}.", $"{prefix}/", $"{prefix}_", prefix];
        foreach (string way in new[] { string.Empty }.Concat(_file.Dictionaries.OrderBy(d => d.Length)))
        {
            foreach (string form in forms.Select(f => InnerWrappers.Strip($"{way}{f}", _file.Dictionaries))
                .Concat(forms.Select(f => way + f)))
            {
                if (_names.Keys.Any(n => n.StartsWith(form, StringComparison.Ordinal)))
                    return form;
            }
        }

        throw WeightsErrors.NoPrefix(prefix, Seen(), _file.Path);
    }

    /// <summary>Where the naming is unknown: the common prefix of all names, in the dictionary that is usually the model's.</summary>
    private string Unrecognised()
    {
        string way = NamingFamilies.Dictionary(_file.Dictionaries);
        return way
            + NamingFamilies.Wrapper([.. _names.Keys.Where(n => n.StartsWith(way, StringComparison.Ordinal)).Select(n => n[way.Length..])]);
    }

    private EncoderChoice Best(List<Candidate> allowed, WantedShapes? wanted)
    {
        var scored = new List<(Candidate Candidate, EncoderChoice Choice, double Fit, int Rank)>();
        InputException? failure = null;
        foreach (Candidate candidate in allowed)
        {
            try
            {
                EncoderChoice choice = Take(candidate, isKnown: true);
                scored.Add((candidate, choice, wanted?.Fit(choice.Tensors) ?? 1, AveragedNames.Rank(candidate.Root)));
            }
            catch (InputException e)
            {
                failure = e;
            }
        }

        if (scored.Count == 0)
            throw failure!;
        double best = scored.Max(s => s.Fit);
        var fitting = scored.Where(s => s.Fit >= best * AsGood).OrderBy(s => s.Rank).ThenByDescending(s => s.Choice.Tensors.Count)
            .ToArray();
        return fitting[0].Choice with
        {
            Others = [.. fitting[1..].Where(f => f.Rank < 4).Select(f => f.Candidate.Root.Length == 0 ? "no prefix" : f.Candidate.Root)],
        };
    }

    private EncoderChoice Take(Candidate candidate, bool isKnown)
    {
        string prefix = candidate.Prefix;
        string container = _file.Dictionaries.Where(d => prefix.StartsWith(d, StringComparison.Ordinal)).MaxBy(d => d.Length)
            ?? string.Empty;
        string[] others = [.. _candidates.Select(c => c.Root)
            .Where(r => r.Length > prefix.Length && r != candidate.Root && r.StartsWith(prefix, StringComparison.Ordinal)
                && !candidate.Root.StartsWith(r, StringComparison.Ordinal))];
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var dropped = new List<DroppedTensor>();
        string outside = $"it is outside '{prefix[container.Length..]}', where the model is";
        foreach ((string own, string inFile) in _names)
        {
            if (!own.StartsWith(container, StringComparison.Ordinal))
                continue;
            if (!own.StartsWith(prefix, StringComparison.Ordinal) || own.Length == prefix.Length)
                dropped.Add(new DroppedTensor(inFile, outside));
            else if (others.FirstOrDefault(o => own.StartsWith(o, StringComparison.Ordinal)) is { } other)
                dropped.Add(new DroppedTensor(inFile, $"it belongs to another network, '{other[container.Length..]}'"));
            else
                names.Add(own[prefix.Length..], inFile);
        }

        IReadOnlyDictionary<string, RenamedTensor> tensors = candidate.Family.Rename(_file, names, dropped);
        return new EncoderChoice(prefix, container, isKnown ? candidate.Family.Name : null, tensors, dropped) { Seen = Seen() };
    }

    private IReadOnlyList<string> Seen() => _candidates.Any(c => c.Root.Length > 0)
        ? [.. _candidates.Where(c => c.Root.Length > 0).Select(c => c.Root)]
        : _candidates.Count > 0 ? [] : NamePrefixes.Heads(_names.Keys);
}
