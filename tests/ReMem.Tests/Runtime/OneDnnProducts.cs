using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

/// <summary>oneDNN's products on this machine.</summary>
internal static class OneDnnProducts
{
    /// <summary>Whether tests may compute with them: they are offered, and the check of the kernels found them right.</summary>
    public static bool AreRight =>
        OneDnnMatmul.IsOffered && Kernels.Choice?.Outcomes.Any(o => o is { Name: "matmul", IsRight: true }) == true;

    /// <summary>Skips the test where they are not.</summary>
    public static void Require()
    {
        if (!AreRight)
            Assert.Skip("oneDNN's matrix product is not offered here, or was not found right");
    }
}
