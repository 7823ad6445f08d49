using Google.Protobuf;
using ReMem.Export.Onnx;
using ReMem.Models;
using ReMem.Runtime;

namespace ReMem.Export;

/// <summary>
/// The only way in which commands export: a file gets its name only after ONNX Runtime has given the model's outputs. A file that fails the
/// check is kept under another name, and an earlier file of the requested name is removed, since it would be mistaken for this model's.
/// </summary>
internal static class CheckedExport
{
    private const string Mark = ".failed-check";

    /// <summary>Where a file that fails its check is kept: model.failed-check.onnx for model.onnx.</summary>
    public static string FailedPath(string path) => Path.Combine(
        Path.GetDirectoryName(path) ?? string.Empty, $"{Path.GetFileNameWithoutExtension(path)}{Mark}{Path.GetExtension(path)}");

    /// <summary>Exports a model and checks the file.</summary>
    /// <param name="model">Not changed.</param>
    /// <param name="path">
    /// The file; an existing one is replaced, or removed where the new one fails. A link is kept: its target is written. Anything but a
    /// file is refused.
    /// </param>
    /// <param name="options">The export's options; null is the default.</param>
    /// <param name="check">Compares the file with the model; null compares on noise.</param>
    /// <exception cref="InputException">The model has no ONNX form, a weight does not fit float16, or a file cannot be written.</exception>
    /// <exception cref="ReMemException">A weight or a running statistic is NaN or infinite.</exception>
    public static CheckedFile Write(
        ImageModel model, string path, OnnxExportOptions? options = null, Func<string, OnnxCheck>? check = null) =>
        Write(model, path, options ?? new OnnxExportOptions(), check, null);

    /// <summary>Exports with a hook for tests, which damage the file between export and check.</summary>
    internal static CheckedFile Write(
        ImageModel model, string path, OnnxExportOptions options, Func<string, OnnxCheck>? check, Action<string>? exported)
    {
        void Export(string file)
        {
            OnnxExporter.Export(model, file, options);
            exported?.Invoke(file);
        }

        (string written, OnnxCheck found) = Write(path, Export,
            file => Check(file, check ?? (f => OnnxVerifier.VerifyOnNoise(model, f, options))), c => c.Agrees);
        return new CheckedFile(written, found);
    }

    /// <summary>Writes a file of any format and checks it.</summary>
    /// <param name="path">The file; an existing one is replaced, or removed where the new one fails.</param>
    /// <param name="write">Writes it to a temporary path.</param>
    /// <param name="check">Checks it at that path.</param>
    /// <param name="passes">Whether the check passes.</param>
    /// <returns>Its path, and the result of the check.</returns>
    internal static (string Path, T Check) Write<T>(string path, Action<string> write, Func<string, T> check, Func<T, bool> passes)
    {
        if (Directory.Exists(path))
            throw AtomicFile.CannotWrite(path, new IOException());
        string target = AtomicFile.TargetOf(path), folder = Path.GetDirectoryName(target)!;
        RequireFile(WeightsOf(target));
        RequireFile(FailedPath(target));
        string stage = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"), file = Path.Combine(stage, Path.GetFileName(target));
        try
        {
            Directory.CreateDirectory(stage);
            write(file);
            T found = check(file);
            Remove(FailedPath(target));
            if (!passes(found))
            {
                Remove(target);
                Move(file, FailedPath(target));
                return (target == Path.GetFullPath(path) ? FailedPath(path) : FailedPath(target), found);
            }

            Move(file, target);
            return (path, found);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, e);
        }
        catch (InputException e) when (e.Message.Contains(file, StringComparison.Ordinal) || e.Where == file)
        {
            // Errors name the file by the requested name.
            string message = e.Message.Replace(file, path, StringComparison.Ordinal);
            throw new InputException(message, e.Where == file ? path : e.Where, e.Remedy, e.InnerException);
        }
        finally
        {
            if (Directory.Exists(stage))
                Directory.Delete(stage, recursive: true);
        }
    }

    /// <summary>The file of the weights must not be a link: it is not this export's.</summary>
    private static void RequireFile(string path)
    {
        if (AtomicFile.TargetOf(path) != path || new FileInfo(path).LinkTarget is not null)
            throw new InputException($"Cannot write '{path}': it is a link, not a file.",
                remedy: "Remove the link, or choose another name.");
    }

    private static OnnxCheck Check(string file, Func<string, OnnxCheck> check)
    {
        try
        {
            return check(file);
        }
        catch (ReMemException e) when (e is not InputException)
        {
            return new OnnxCheck(double.NaN, double.NaN, 0, 0, 0) { Error = e.Message };
        }
    }

    private static string WeightsOf(string file) => $"{file}.data";

    /// <summary>Removes a file, and its external weights where they belong to it.</summary>
    private static void Remove(string file)
    {
        bool ownsData = OnnxFile.OwnsData(file);
        File.Delete(file);
        if (ownsData)
            File.Delete(WeightsOf(file));
    }

    /// <summary>Moves a file, after its external weights if any, so that no file is ever without its weights.</summary>
    private static void Move(string from, string to)
    {
        bool leavesData = !File.Exists(WeightsOf(from)) && OnnxFile.OwnsData(to);
        if (File.Exists(WeightsOf(from)))
        {
            File.Delete(to);
            File.Move(WeightsOf(from), WeightsOf(to), overwrite: true);
            if (Path.GetFileName(from) != Path.GetFileName(to))
                PointTo(from, Path.GetFileName(WeightsOf(to)));
        }

        File.Move(from, to, overwrite: true);
        if (leavesData)
            File.Delete(WeightsOf(to));
    }

    /// <summary>Sets the name of the weights file in an ONNX file, which is small in this case.</summary>
    private static void PointTo(string file, string weights)
    {
        try
        {
            ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
            var places = model.Graph.Initializer.SelectMany(t => t.ExternalData).Where(e => e.Key == "location");
            foreach (StringStringEntryProto entry in places)
                entry.Value = weights;
            AtomicFile.WriteAllBytes(file, model.ToByteArray());
        }
        catch (InvalidProtocolBufferException)
        {
            // A damaged file is kept unchanged.
        }
    }
}
