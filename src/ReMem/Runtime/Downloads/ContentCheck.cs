using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ReMem.Runtime.Downloads;

/// <summary>The hash that a file's content must have.</summary>
/// <param name="Algorithm">What is computed.</param>
/// <param name="Hex">The hash, or its first digits, in lower case.</param>
internal sealed record ContentCheck(ContentHash Algorithm, string Hex)
{
    private const int ShownDigits = 12;

    /// <summary>The hub's ETags are hashes: SHA-256 of large files, git's of small ones. Null for a tag that is neither.</summary>
    public static ContentCheck? FromEtag(string etag) => etag.Length switch
    {
        64 when etag.All(char.IsAsciiHexDigit) => new ContentCheck(ContentHash.Sha256, etag.ToLowerInvariant()),
        40 when etag.All(char.IsAsciiHexDigit) => new ContentCheck(ContentHash.GitBlob, etag.ToLowerInvariant()),
        _ => null,
    };

    /// <summary>PyTorch's convention: name-0123abcd.pth holds the first digits of its SHA-256. Null for other names.</summary>
    public static ContentCheck? FromName(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        string tail = name[(name.LastIndexOf('-') + 1)..];
        // Decimal digits only would be a date.
        return tail.Length is >= 8 and <= 64 && tail.Length < name.Length && tail.All(char.IsAsciiHexDigitLower)
            && !tail.All(char.IsAsciiDigit)
            ? new ContentCheck(ContentHash.Sha256, tail)
            : null;
    }

    /// <summary>What is wrong with a file, as a clause; null where its hash is right.</summary>
    public async Task<string?> ProblemAsync(string path, CancellationToken cancellationToken)
    {
        using FileStream stream = File.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(Algorithm == ContentHash.Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (Algorithm == ContentHash.GitBlob)
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {stream.Length}\0")));
        byte[] buffer = new byte[1 << 20];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            hash.AppendData(buffer.AsSpan(0, count));
        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        string name = Algorithm == ContentHash.Sha256 ? "SHA-256" : "git hash";
        return found.StartsWith(Hex, StringComparison.Ordinal) ? null : $"its {name} is {Short(found)} instead of {Short(Hex)}";
    }

    private static string Short(string hex) => hex.Length <= ShownDigits ? hex : $"{hex[..ShownDigits]}...";
}
