using System.Text;
using ReMem.Runtime;

namespace ReMem.Data.Sources;

/// <summary>Image files as users name them: files, folders, patterns, or a list on a stream.</summary>
internal static class ImageFiles
{
    /// <summary>Means that names are read from a stream.</summary>
    public const string FromStream = "-";

    /// <summary>No system allows a longer path.</summary>
    private const int MaxNameLength = 1 << 15;

    /// <summary>
    /// The files: of a folder all images in it and below it, in ordinal order; of a pattern (with *, **/, ? and {a,b}) what it matches; of
    /// "-" the lines of <paramref name="list"/> (or names between NULs, as 'find -print0' writes them). A name that does not exist is
    /// returned unchanged; reading it fails later.
    /// </summary>
    /// <param name="names">The user's arguments.</param>
    /// <param name="list">Names for "-"; it is read to its end.</param>
    /// <exception cref="InputException">A folder or the list names no image, or a pattern matches none.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> names, TextReader list)
    {
        List<string> files = [];
        foreach (string name in names)
        {
            if (name == FromStream)
            {
                List<string> listed = Listed(list);
                if (listed.Count == 0)
                    throw new InputException(
                        "'-' reads the names of images from standard input, and there is none.",
                        remedy: "Write one name per line: ls photos/*.jpg | remem predict - ...");
                files.AddRange(listed.SelectMany(n => Directory.Exists(n) ? InFolder(n) : [n]));
            }
            else if (Directory.Exists(name))
            {
                files.AddRange(InFolder(name));
            }
            else if (DataFiles.IsPattern(name))
            {
                string[] matches = DataFiles.Matches(name), images = [.. matches.Where(FileTree.IsAnyImage)];
                files.AddRange(images.Length > 0 ? images : matches);
            }
            else
            {
                files.Add(name);
            }
        }

        return files;
    }

    /// <summary>The names of a list, one per line or between NULs. An endless one is refused early.</summary>
    private static List<string> Listed(TextReader list)
    {
        List<string> names = [];
        var name = new StringBuilder();
        var piece = new char[1 << 14];
        long length = 0;
        for (int count; (count = list.Read(piece)) > 0;)
        {
            if ((length += count) > InputFile.MaxTextBytes)
                throw Endless($"more than {DiskSpace.Text(InputFile.MaxTextBytes)}");
            ReadOnlySpan<char> rest = piece.AsSpan(0, count);
            for (int end; (end = rest.IndexOfAny('\n', '\r', '\0')) >= 0; rest = rest[(end + 1)..])
            {
                name.Append(rest[..end]);
                Finish();
            }

            name.Append(rest);
            if (name.Length > MaxNameLength)
                throw Endless($"a line of more than {MaxNameLength} letters");
        }

        Finish();
        return names;

        void Finish()
        {
            if (name.ToString().Trim() is { Length: > 0 } whole)
                names.Add(whole);
            name.Clear();
        }

        static InputException Endless(string what) =>
            new($"'-' reads the names of images from standard input, which has {what}.",
                remedy: "Write one name per line: ls photos/*.jpg | remem predict - ...");
    }

    private static IEnumerable<string> InFolder(string folder)
    {
        try
        {
            string[] images = [.. new DiskTree(folder).AllFiles("", []).Where(FileTree.IsAnyImage)];
            return images.Length > 0
                ? images.Select(f => Path.Combine(folder, f.Replace('/', Path.DirectorySeparatorChar)))
                : throw new InputException($"The folder '{folder}' holds no image.",
                    remedy: "Give a folder with JPEG, PNG, WebP, GIF, BMP or TIFF files.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The folder '{folder}' cannot be read: {e.Message.TrimEnd('.')}.",
                remedy: "Check that you may read it.", inner: e);
        }
    }
}
