using ReMem.Models;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Stages;

/// <summary>A teacher from a model folder.</summary>
/// <param name="Model">In eval mode.</param>
/// <param name="Labels">Its class names.</param>
/// <param name="Name">Its folder's full path, or its repository on the hub.</param>
/// <param name="Source">The given source.</param>
internal sealed record LoadedTeacher(ImageModel Model, IReadOnlyList<string> Labels, string Name, string Source)
{
    /// <summary>Loads a model folder.</summary>
    /// <param name="source">The given source: a folder, or a repository on the hub.</param>
    /// <param name="folder">Its folder on disk.</param>
    /// <exception cref="InputException">It is not a model folder.</exception>
    public static LoadedTeacher Load(string source, string folder)
    {
        (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(folder);
        string name = WeightSource.IsRemote(source) ? source : Path.GetFullPath(WeightSource.WithoutScheme(source));
        return new LoadedTeacher(model, labels, name, source);
    }
}
