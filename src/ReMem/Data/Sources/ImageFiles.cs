namespace ReMem.Data.Sources;

/// <summary>Image files as people name them: files, folders, patterns, or a list on a stream.</summary>
internal static class ImageFiles
{
    /// <summary>Stands for names that are read from a stream.</summary>
    public const string FromStream = "-";

    private static readonly char[] Ends = ['\n', '\r', '\0'];

    /// <summary>
    /// The files: of a folder all images in it and below it, in ordinal order; of a pattern (with *, **/, ? and {a,b}) what it matches; of "-" a name a line of
    /// <paramref name="list"/> (or between NULs, as 'find -print0' writes them). What is named and does not exist is returned as it is, for whoever reads it.
    /// </summary>
    /// <param name="names">What the user gave.</param>
    /// <param name="list">Names for "-"; it is read to its end.</param>
    /// <exception cref="InputException">A folder or the list names no image, or a pattern matches none.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> names, TextReader list)
    {
        List<string> files = [];
        foreach (string name in names)
        {
            if (name == FromStream)
            {
                string[] listed = [.. list.ReadToEnd().Split(Ends).Select(n => n.Trim()).Where(n => n.Length > 0)];
                if (listed.Length == 0)
                    throw new InputException("'-' reads the names of images from standard input, and there is none.", remedy: "Write one name a line: ls photos/*.jpg | remem predict - ...");
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

    private static IEnumerable<string> InFolder(string folder)
    {
        try
        {
            string[] images = [.. new DiskTree(folder).AllFiles("", []).Where(FileTree.IsAnyImage)];
            return images.Length > 0
                ? images.Select(f => Path.Combine(folder, f.Replace('/', Path.DirectorySeparatorChar)))
                : throw new InputException($"The folder '{folder}' holds no image.", remedy: "Give a folder with JPEG, PNG, WebP, GIF, BMP or TIFF files.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The folder '{folder}' cannot be read: {e.Message.TrimEnd('.')}.", remedy: "Check that you may read it.", inner: e);
        }
    }
}
