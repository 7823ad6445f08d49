using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ReMem.Data.Sources;
using ReMem.Runtime;

namespace ReMem.Data.Checks;

/// <summary>Detects whether a split has changed: by the stamps of its files, which is cheap, or by every byte of every sample.</summary>
internal static class SplitFingerprint
{
    // Raised when the hashed content changes.
    private const string Version = "1";

    /// <summary>
    /// 64 hexadecimal digits: SHA-256 over the encoded bytes of every sample in order. Moving or copying a data set does not change it. It
    /// is stored between runs under the stamps of the files, so that an unchanged split is not read again.
    /// </summary>
    /// <param name="split">The split.</param>
    /// <param name="threads">Threads to read on, 1 or more.</param>
    /// <exception cref="InputException">A sample cannot be read.</exception>
    public static string OfContent(IImageSource split, int threads) => OfContent(split, threads, UserCache.Folder("fingerprints"));

    internal static string OfContent(IImageSource split, int threads, string folder)
    {
        string? file = OfFiles(Version, [("split", split)]) is { } stamps ? Path.Combine(folder, stamps + ".txt") : null;
        if (file is not null && Kept(file) is { } kept)
            return kept;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] digest in Digests(split, threads))
            hash.AppendData(digest);
        string whole = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (file is not null)
            Keep(file, whole);
        return whole;
    }

    /// <summary>The SHA-256 of every sample's encoded bytes, in order.</summary>
    /// <param name="split">The split.</param>
    /// <param name="threads">Threads to read on, 1 or more.</param>
    /// <exception cref="InputException">A sample cannot be read.</exception>
    internal static byte[][] Digests(IImageSource split, int threads)
    {
        var digests = new byte[split.Count][];
        try
        {
            Parallel.For(0, split.Count, new ParallelOptions { MaxDegreeOfParallelism = threads },
                i => digests[i] = SHA256.HashData(split.Read(i)));
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<InputException>().FirstOrDefault() is { } first)
        {
            throw new InputException(first.Message, first.Where, first.Remedy, e);
        }

        return digests;
    }

    /// <summary>
    /// The files that hold the samples, as they are now (names, lengths, times of writing); null for sources that do not know them.
    /// </summary>
    /// <param name="version">Version of what is stored under it.</param>
    /// <param name="splits">The splits with their names.</param>
    internal static string? OfFiles(string version, IReadOnlyList<(string Name, IImageSource Source)> splits)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        Add(version);
        HashSet<string> files = [];
        foreach ((string name, IImageSource split) in splits)
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{name} {split.Count}"));
            for (int i = 0; i < split.Count; i++)
                Add(split.Name(i));
            foreach (IImageSource whole in Wholes(split))
            {
                if (whole is not EncodedSource source)
                    return null;
                files.UnionWith(source.Files);
            }
        }

        try
        {
            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                // A missing file is a bad image, until it exists.
                FileStamp stamp = File.Exists(file) && FileKind.Other(file) is null ? FileStamp.Of(file) : new FileStamp(file, -1, 0);
                Add(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFullPath(stamp.Path)} {stamp.Length} {stamp.Written}"));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may become readable at any time.
            return null;
        }

        return Convert.ToHexString(hash.GetHashAndReset())[..32];
    }

    /// <summary>The sources below subsets and joined sources.</summary>
    private static IEnumerable<IImageSource> Wholes(IImageSource source) => source switch
    {
        Subset subset => Wholes(subset.Whole),
        JoinedSource joined => joined.Parts.SelectMany(Wholes),
        _ => [source],
    };

    /// <summary>What an earlier run stored; null where it is missing or damaged.</summary>
    private static string? Kept(string file)
    {
        try
        {
            string? text = new FileInfo(file) is { Exists: true, Length: 2 * SHA256.HashSizeInBytes } ? File.ReadAllText(file) : null;
            return text is { Length: 2 * SHA256.HashSizeInBytes } && text.All(char.IsAsciiHexDigit) ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Keep(string file, string fingerprint)
    {
        try
        {
            AtomicFile.WriteAllText(file, fingerprint);
        }
        catch (InputException)
        {
            // A failed write only costs reading again.
        }
    }
}
