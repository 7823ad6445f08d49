using ReMem.Runtime;

namespace ReMem.Weights.Files;

/// <summary>Distinguishes the weights formats that are zip archives.</summary>
internal static class ZipWeights
{
    /// <summary>Opens a PyTorch or a NumPy archive.</summary>
    /// <exception cref="InputException">Neither, or broken.</exception>
    public static WeightsFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path, "zip archive");
        try
        {
            IReadOnlyDictionary<string, ZipEntry> entries = ZipDirectory.Read(file);
            ZipEntry[] pickles = [.. entries.Values.Where(e =>
                e.Name == TorchZipFile.PickleName || e.Name.EndsWith($"/{TorchZipFile.PickleName}", StringComparison.Ordinal))];
            if (pickles.Length == 1)
                return TorchZipFile.Open(file, entries, pickles[0]);
            if (pickles.Length > 1)
                throw file.Broken($"it has {pickles.Length} entries named {TorchZipFile.PickleName}");
            return entries.Keys.Any(NpzFile.IsArray) ? NpzFile.Open(file, entries) : throw WeightsErrors.UnknownFormat(path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
