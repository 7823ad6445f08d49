using ReMem.Weights.Files;

namespace ReMem.Weights.Families;

/// <summary>One way of naming a model's tensors: how it is told, and how its names become timm's.</summary>
/// <param name="name">Whose naming, such as "Hugging Face ViT".</param>
/// <param name="isIt">Tells it by whether a file has a name.</param>
/// <param name="rules">What becomes of each tensor; the first rule that fits is applied, and a name that none fits stays as it is.</param>
internal sealed class NamingFamily(string name, Func<Func<string, bool>, bool> isIt, Func<Renaming, IReadOnlyList<NamingRule>> rules)
{
    /// <summary>A family whose rules are the same for every file.</summary>
    public NamingFamily(string name, Func<Func<string, bool>, bool> isIt, params IReadOnlyList<NamingRule> rules)
        : this(name, isIt, _ => rules)
    {
    }

    /// <summary>Whose naming, for people.</summary>
    public string Name => name;

    /// <summary>What wraps the image model's names, such as "vit."; stripped where a tensor has it.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];

    /// <summary>Whether it is told by the prefix, the names within being another family's.</summary>
    public bool NeedsPrefix { get; init; }

    /// <summary>Why tensors without the prefix that others have are dropped; null where they are kept.</summary>
    public string? Outside { get; init; }

    /// <summary>Whether names of the family stand under a prefix.</summary>
    /// <param name="prefix">What the names begin with before the family's own prefix.</param>
    /// <param name="names">All names of the file.</param>
    public bool Recognises(string prefix, IReadOnlyDictionary<string, string> names)
    {
        bool Has(string tensor) => (!NeedsPrefix && names.ContainsKey(prefix + tensor)) || Prefixes.Any(p => names.ContainsKey($"{prefix}{p}{tensor}"));
        return isIt(Has);
    }

    /// <summary>Where the model's own names begin under a prefix: behind the family's own prefix, where names have it.</summary>
    public string RootUnder(string prefix, IEnumerable<string> names) =>
        prefix + (Prefixes.FirstOrDefault(p => names.Any(n => n.Length > prefix.Length + p.Length && n.StartsWith(prefix, StringComparison.Ordinal) && n.AsSpan(prefix.Length).StartsWith(p))) ?? string.Empty);

    /// <summary>Renames every tensor of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="names">Names without wrappers' prefixes, to the file's.</param>
    /// <param name="dropped">Receives the file's names that are dropped, with why.</param>
    /// <returns>The tensors by timm's names.</returns>
    /// <exception cref="InputException">A tensor has a form that the family's have not, or two become one.</exception>
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
