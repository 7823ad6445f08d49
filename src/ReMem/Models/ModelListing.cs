using ReMem.Runtime;

namespace ReMem.Models;

/// <summary>A row of the listed catalogue.</summary>
/// <param name="Name">timm's name.</param>
/// <param name="Role">"teacher", "student" or "both".</param>
/// <param name="Parameters">Trainable scalars.</param>
/// <param name="Gmacs">Billions of multiply-accumulates per image.</param>
/// <param name="ImageSize">Side of its input, pixels.</param>
/// <param name="Mean">Mean per channel, 0 to 1.</param>
/// <param name="Std">Standard deviation per channel.</param>
internal sealed record ModelListing(
    string Name, string Role, long Parameters, double Gmacs, int ImageSize, IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    /// <summary>The models whose names contain a text. This does not load libtorch: sizes are computed from shapes.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public static IReadOnlyList<ModelListing> Find(string part)
    {
        ModelListing[] found = [.. ModelCatalogue.All.Where(m => m.Name.Contains(part, StringComparison.OrdinalIgnoreCase)).Select(Of)];
        return found.Length > 0 ? found : throw Nearest.Unknown("model", part, [.. ModelCatalogue.All.Select(m => m.Name)]);
    }

    private static ModelListing Of(ModelInfo info)
    {
        ModelStatistics statistics = ModelStatistics.Of(info.Name);
        return new ModelListing(
            info.Name, info.Role, statistics.Parameters, statistics.Macs / 1e9, info.ImageSize,
            info.Normalization.Mean, info.Normalization.Std);
    }
}
