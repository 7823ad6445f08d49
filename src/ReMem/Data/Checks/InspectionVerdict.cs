namespace ReMem.Data.Checks;

/// <summary>Whether what was found in a data set is an error.</summary>
internal static class InspectionVerdict
{
    private const int MaxNamed = 5;
    private const string ReplaceRemedy = "Check the paths, and convert or replace the images.";

    /// <summary>Refuses a data set of which nothing can be used, or nothing of a class or a split, or whose splits share images.</summary>
    /// <exception cref="InputException">It is one.</exception>
    public static void Require(InspectionResult result, LeakagePolicy leakage)
    {
        if (result.Splits.Sum(s => s.Usable) == 0)
        {
            throw new InputException(
                $"None of the {result.Splits.Sum(s => s.Images)} images can be used. The first: {result.BadImages[0].Reason}",
                remedy: ReplaceRemedy);
        }

        if (result.LostClasses is [var first, ..] lost)
        {
            string names = string.Join(", ", lost.Take(MaxNamed).Select(c => $"'{c}'")) + (lost.Count > MaxNamed ? $" and {lost.Count - MaxNamed} more" : "");
            throw new InputException(
                lost.Count == 1 ? $"None of the training images of the class '{first}' can be used." : $"{lost.Count} classes have no training image that can be used: {names}.",
                remedy: ReplaceRemedy);
        }

        if (result.Splits.FirstOrDefault(s => s.Images > 0 && s.Usable == 0) is { } split)
            throw new InputException($"None of the {split.Images} images of the {split.Split} split can be used.", remedy: ReplaceRemedy);

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
