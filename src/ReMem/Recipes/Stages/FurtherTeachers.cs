using ReMem.Models;
using ReMem.Weights;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Stages;

/// <summary>The further teachers that a recipe names, in eval mode.</summary>
internal sealed class FurtherTeachers : IDisposable
{
    private readonly List<NamedTeacher> _all = [];

    private FurtherTeachers()
    {
    }

    /// <summary>In the recipe's order.</summary>
    public IReadOnlyList<NamedTeacher> All => _all;

    /// <summary>Loads the teachers.</summary>
    /// <param name="named">Model folders, or repositories on the hub.</param>
    /// <param name="size">Side of the images that the first teacher takes, pixels.</param>
    /// <param name="sources">Resolves them.</param>
    /// <param name="align">Brings a model with a class list into the data set's class order.</param>
    /// <param name="cancellationToken">Stops a download.</param>
    /// <exception cref="InputException">One is not a model folder, or has other classes or another size.</exception>
    public static FurtherTeachers Load(
        IReadOnlyList<string> named, int size, WeightSource sources, Action<ImageModel, IReadOnlyList<string>, string> align,
        CancellationToken cancellationToken)
    {
        var teachers = new FurtherTeachers();
        try
        {
            foreach (string source in named)
            {
                string folder = sources.ResolveFolder(source, cancellationToken);
                (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(folder);
                teachers._all.Add(new NamedTeacher(model, WeightSource.IsRemote(source) ? source : Path.GetFullPath(folder)));
                align(model, labels, source);
                if (model.ImageSize != size)
                {
                    throw new InputException(
                        $"This teacher takes images of {model.ImageSize} px and the first one of {size} px, but batches hold one size "
                            + "for all teachers.", source, "Use teachers of one image size.");
                }
            }

            return teachers;
        }
        catch
        {
            teachers.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (NamedTeacher teacher in _all)
            teacher.Model.Dispose();
    }
}
