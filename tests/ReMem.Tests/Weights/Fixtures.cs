using static TorchSharp.torch;

namespace ReMem.Tests.Weights;

/// <summary>The files next to these tests that PyTorch and NumPy wrote.</summary>
internal static class Fixtures
{
    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Weights", "fixtures", file);

    /// <summary>A tensor's numbers, row by row.</summary>
    public static double[] Values(Tensor tensor)
    {
        using Tensor flat = tensor.to(ScalarType.Float64).flatten();
        return flat.data<double>().ToArray();
    }
}
