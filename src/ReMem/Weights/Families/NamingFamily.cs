using ReMem.Weights.Files;

namespace ReMem.Weights.Families;

/// <summary>A naming scheme of a model's tensors: how it is recognised, and how its names become timm's.</summary>
/// <param name="name">Its name, such as "Hugging Face ViT".</param>
/// <param name="isIt">Recognises it by whether a file has given names.</param>
/// <param name="rules">
/// Rules for the tensors; the first one that matches is applied, and a name without a matching rule stays unchanged.
/// </param>
internal sealed class NamingFamily(string name, Func<Func<string, bool>, bool> isIt, Func<Renaming, IReadOnlyList<NamingRule>> rules)
{
    /// <summary>Makes a family whose rules are the same for every file.</summary>
    public NamingFamily(string name, Func<Func<string, bool>, bool> isIt, params IReadOnlyList<NamingRule> rules)
        : this(name, isIt, _ => rules)
    {
    }

    /// <summary>Its human-readable name.</summary>
    public string Name => name;

    /// <summary>The prefix of the image model's names, such as "vit."; removed where a tensor has it.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];

    /// <summary>Whether it is recognised by its prefix, with names of another family after it.</summary>
    public bool NeedsPrefix { get; init; }

    /// <summary>Why tensors without this prefix are dropped where others have it; null where they are kept.</summary>
    public string? Outside { get; init; }

    /// <summary>Whether there are names of the family under a prefix.</summary>
    /// <param name="prefix">The name prefix before the family's own prefix.</param>
    /// <param name="names">All names of the file.</param>
    public bool Recognises(string prefix, IReadOnlyDictionary<string, string> names)
    {
        bool Has(string tensor) =>
            (!NeedsPrefix && names.ContainsKey(prefix + tensor)) || Prefixes.Any(p => names.ContainsKey($"{prefix}{p}{tensor}"));
        return isIt(Has);
    }

    /// <summary>Where the model's own names begin under a prefix: after the family's own prefix, where names have it.</summary>
    public string RootUnder(string prefix, IEnumerable<string> names) =>
        prefix + (Prefixes.FirstOrDefault(p => names.Any(n => n.Length > prefix.Length + p.Length
            && n.StartsWith(prefix, StringComparison.Ordinal) && n.AsSpan(prefix.Length).StartsWith(p))) ?? string.Empty);

    /// <summary>Renames every tensor of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="names">Names without wrapper prefixes, mapped to the file's names.</param>
    /// <param name="dropped">Receives the dropped names of the file, with the reasons.</param>
    /// <returns>The tensors by timm's names.</returns>
    /// <exception cref="InputException">A tensor has a shape that the family does not have, or two tensors get one name.</exception>
    public IReadOnlyDictionary<string, RenamedTensor> Rename(
        WeightsFile file, IReadOnlyDictionary<string, string> names, ICollection<DroppedTensor> dropped)
    {
        bool isWrapped = names.Keys.Any(n => Strip(n) is not null);
        var stripped = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string own, string inFile) in names)
        {
            string? inner = Strip(own);
            if (isWrapped && inner is null && Outside is not null)
                dropped.Add(new DroppedTensor(inFile, Outside));
            else if (!stripped.TryAdd(inner ?? own, inFile))
                throw WeightsErrors.SameName(stripped[inner ?? own], inFile, inner ?? own, file.Path);
        }

        var renaming = new Renaming(file, stripped, name);
        IReadOnlyList<NamingRule> all = rules(renaming);
        foreach (string tensor in stripped.Keys)
        {
            bool isPart = false, isDone = false;
            foreach (NamingRule rule in all)
            {
                RuleOutcome outcome = rule.Apply(tensor, renaming);
                isPart |= outcome == RuleOutcome.Part;
                isDone = outcome == RuleOutcome.Done;
                if (!isDone)
                    continue;
                if (rule.Why is not null)
                    dropped.Add(new DroppedTensor(stripped[tensor], rule.Why));
                break;
            }

            if (!isPart && !isDone)
                renaming.Move(tensor, tensor);
        }

        return renaming.Targets;
    }

    private string? Strip(string tensor)
    {
        string? prefix = Prefixes.FirstOrDefault(p => tensor.StartsWith(p, StringComparison.Ordinal));
        return prefix is null ? null : tensor[prefix.Length..];
    }
}
