using ReMem.Models;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Stages;

/// <summary>A teacher from a model folder.</summary>
/// <param name="Model">In eval mode.</param>
/// <param name="Labels">Its classes.</param>
/// <param name="Name">Its folder's full path, or its place in the hub.</param>
/// <param name="Source">As it was given.</param>
internal sealed record LoadedTeacher(ImageModel Model, IReadOnlyList<string> Labels, string Name, string Source)
{
    /// <summary>Loads a model folder.</summary>
    /// <param name="source">As it was given: a folder, or a place in the hub.</param>
    /// <param name="folder">Where that is on disk.</param>
    /// <exception cref="InputException">It is no model folder.</exception>
    public static LoadedTeacher Load(string source, string folder)
    {
        (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(folder);
        string name = WeightSource.IsRemote(source) ? source : Path.GetFullPath(WeightSource.WithoutScheme(source));
        return new LoadedTeacher(model, labels, name, source);
    }
}
