using System.Security.Cryptography;

namespace ReMem.Data;

/// <summary>What to do with an image that cannot be decoded.</summary>
public enum BadImagePolicy
{
    /// <summary>Stop, naming it.</summary>
    Fail,

    /// <summary>Leave it out, counted and named.</summary>
    Skip,
}

/// <summary>What the checks found.</summary>
/// <param name="Dataset">The data set, without the images that cannot be decoded.</param>
/// <param name="BadImages">Their errors, one an image.</param>
/// <param name="Warnings">What a user should know.</param>
public sealed record PreflightResult(ImageDataset Dataset, IReadOnlyList<InputException> BadImages, IReadOnlyList<string> Warnings);

/// <summary>Checks a data set before any work: every image is decoded once, and the same file in two splits is told.</summary>
public static class Preflight
{
    /// <summary>Checks all splits.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="policy">Of images that cannot be decoded.</param>
    /// <exception cref="InputException">A bad image under <see cref="BadImagePolicy.Fail"/>, or a class that lost all its training images.</exception>
    public static PreflightResult Check(ImageDataset dataset, BadImagePolicy policy)
    {
        var warnings = new List<string>();
        var bad = new List<InputException>();
        var hashes = new Dictionary<string, HashSet<string>>();
        IImageSource Split(IImageSource source, string name)
        {
            (InputException? Error, string Hash)[] found = new (InputException?, string)[source.Count];
            Parallel.For(0, source.Count, i => found[i] = Examine(source, i));
            bad.AddRange(found.Where(f => f.Error is not null).Select(f => f.Error!));
            hashes[name] = [.. found.Select(f => f.Hash).Where(h => h.Length > 0)];
            return found.All(f => f.Error is null) ? source : new Subset(source, [.. Enumerable.Range(0, source.Count).Where(i => found[i].Error is null)]);
        }

        ImageDataset kept = dataset with
        {
            Train = Split(dataset.Train, "train"),
            Validation = Split(dataset.Validation, "validation"),
            Test = Split(dataset.Test, "test"),
        };
        if (bad.Count > 0)
        {
            InputException first = bad[0];
            if (policy == BadImagePolicy.Fail)
            {
                throw bad.Count == 1
                    ? first
                    : new InputException($"{bad.Count} images cannot be used; the first: {first.Message}", first.Where, first.Remedy, first);
            }

            warnings.Add($"{bad.Count} images were left out; the first: {first.Where}: {first.Message}");
            RequireTraining(kept);
        }

        foreach ((string a, string b) in new[] { ("train", "validation"), ("train", "test"), ("validation", "test") })
        {
            int shared = hashes[a].Count(hashes[b].Contains);
            if (shared > 0)
                warnings.Add($"leakage: {shared} files stand in both {a} and {b}");
        }

        return new PreflightResult(kept, bad, warnings);
    }

    private static (InputException? Error, string Hash) Examine(IImageSource source, int index)
    {
        try
        {
            byte[] bytes = source.Read(index);
            ImageDecoder.Decode(bytes, source.Name(index));
            return (null, Convert.ToHexString(SHA256.HashData(bytes)));
        }
        catch (InputException e)
        {
            return (e, string.Empty);
        }
    }

    private static void RequireTraining(ImageDataset dataset)
    {
        bool[] seen = new bool[dataset.Classes.Count];
        for (int i = 0; i < dataset.Train.Count; i++)
            seen[dataset.Train.Label(i)] = true;
        int lost = Array.IndexOf(seen, false);
        if (lost >= 0)
            throw new InputException($"Every training image of the class '{dataset.Classes[lost]}' is bad.", dataset.Description, "Replace them, or remove the class.");
    }
}
