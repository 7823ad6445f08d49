using System.Text;

namespace ReMem.Runtime;

/// <summary>
/// Opens files that a user names. Anything but a file (a pipe or device may never end) and files above the limit of their kind are refused
/// before they are read.
/// </summary>
internal static class InputFile
{
    /// <summary>The limit of lists of names and of settings. 64 MiB.</summary>
    public const long MaxTextBytes = 64L << 20;

    /// <summary>The limit of lists of class names. 16 MiB.</summary>
    public const long MaxNamesBytes = 16L << 20;

    private const string NotAFileRemedy = "Copy its content to a file, and give that.";

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">What messages call it: "recipe".</param>
    /// <param name="remedy">What to do where it is missing.</param>
    /// <exception cref="InputException">Missing, not a file, or not readable.</exception>
    public static FileStream Open(string path, string kind, string remedy = "Check the path.")
    {
        Require(path, kind, remedy);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(path, kind, e);
        }
    }

    /// <summary>Throws where it is missing or not a file.</summary>
    /// <exception cref="InputException">It is missing or not a file.</exception>
    public static void Require(string path, string kind, string remedy = "Check the path.")
    {
        if (FileKind.Other(path) is { } other)
            throw new InputException($"The {kind} is {other}, not a file.", path, other == "a folder" ? "Name a file." : NotAFileRemedy);
        if (!File.Exists(path))
            throw new InputException($"The {kind} does not exist.", path, remedy);
    }

    /// <summary>All bytes of a file.</summary>
    /// <exception cref="InputException">It cannot be read, or has more than <paramref name="maxBytes"/>.</exception>
    public static byte[] ReadAllBytes(string path, string kind, long maxBytes, string remedy = "Check the path.")
    {
        using FileStream stream = Open(path, kind, remedy);
        try
        {
            // Files of /proc and /sys have length 0, but have content.
            if (stream.Length > maxBytes)
                throw TooLarge(path, kind, maxBytes);
            using var bytes = new MemoryStream((int)stream.Length);
            byte[] piece = new byte[1 << 16];
            for (int count; (count = stream.Read(piece)) > 0;)
            {
                bytes.Write(piece, 0, count);
                if (bytes.Length > maxBytes)
                    throw TooLarge(path, kind, maxBytes);
            }

            return bytes.Length == bytes.Capacity ? bytes.GetBuffer() : bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(path, kind, e);
        }
    }

    /// <summary>All text of a file, UTF-8 unless its first bytes say UTF-16 or UTF-32.</summary>
    /// <exception cref="InputException">It cannot be read, or has more than <paramref name="maxBytes"/>.</exception>
    public static string ReadAllText(string path, string kind, string remedy = "Check the path.", long maxBytes = MaxTextBytes)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path, kind, maxBytes, remedy)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The lines of a text file that are not blank, trimmed.</summary>
    /// <exception cref="InputException">It cannot be read, or is above the limit.</exception>
    public static string[] ReadNames(string path, string kind, string remedy = "Check the path.") =>
        [.. ReadLines(path, kind, remedy).Select(l => l.Trim()).Where(l => l.Length > 0)];

    /// <summary>The lines of a short text file, blank ones included, one at a time.</summary>
    /// <exception cref="InputException">It cannot be read, or is above the limit.</exception>
    public static IEnumerable<string> ReadLines(string path, string kind, string remedy = "Check the path.")
    {
        using var text = new StringReader(ReadAllText(path, kind, remedy, MaxNamesBytes));
        while (text.ReadLine() is { } line)
            yield return line;
    }

    private static InputException TooLarge(string path, string kind, long maxBytes) =>
        new($"The {kind} is larger than the limit of {DiskSpace.Text(maxBytes)}.", path, "Check that it is the right file.");

    internal static InputException CannotRead(string path, string kind, Exception cause) => new(
        $"The {kind} cannot be read: {(cause is UnauthorizedAccessException ? "permission denied" : Guarded.Sentence(cause))}.", path,
        "Check that you may read it.", cause);
}
