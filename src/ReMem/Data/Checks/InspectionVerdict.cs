namespace ReMem.Data.Checks;

/// <summary>Whether what was found in a data set is an error.</summary>
internal static class InspectionVerdict
{
    /// <summary>Refuses a data set of which nothing can be used, or whose splits share images.</summary>
    /// <exception cref="InputException">It is one.</exception>
    public static void Require(InspectionResult result, LeakagePolicy leakage)
    {
        if (result.Splits.Sum(s => s.Usable) == 0)
        {
            throw new InputException(
                $"None of the {result.Splits.Sum(s => s.Images)} images can be used. The first: {result.BadImages[0].Reason}",
                remedy: "Check the paths, and convert or replace the images.");
        }

        int leaked = leakage switch
        {
            LeakagePolicy.Warn => 0,
            LeakagePolicy.Fail => result.LeakedImages,
            _ => result.LeakedImages + result.NearLeakedImages,
        };
        if (leaked > 0)
        {
            throw new InputException(
                $"{leaked} validation or test images are in another split, too: scores would be too good.",
                remedy: "Remove them from one split, or divide anew with near-duplicates kept together; --leakage warn only says so.");
        }
    }
}
