using ReMem.Models;
using static TorchSharp.torch;

namespace ReMem.Bench;

/// <summary>Models that are the same in every run.</summary>
internal static class BenchModel
{
    public static ImageModel Create(string name, int classes, int side)
    {
        manual_seed(1);
        return ModelCatalogue.Create(name, new ModelOptions { NumClasses = classes, ImageSize = side });
    }
}
