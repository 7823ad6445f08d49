namespace ReMem.Data.Checks;

/// <summary>Decides whether the findings of an inspection are an error.</summary>
internal static class InspectionVerdict
{
    private const int MaxNamed = 5;
    private const string ReplaceRemedy = "Check the paths, and convert or replace the images.";

    /// <summary>Throws where no image of the data set, of a class or of a split can be used, or where splits share images.</summary>
    /// <exception cref="InputException">One of these holds.</exception>
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
            string names = string.Join(", ", lost.Take(MaxNamed).Select(c => $"'{c}'"))
                + (lost.Count > MaxNamed ? $" and {lost.Count - MaxNamed} more" : "");
            throw new InputException(
                lost.Count == 1
                    ? $"None of the training images of the class '{first}' can be used."
                    : $"{lost.Count} classes have no training image that can be used: {names}.",
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
                $"{leaked} validation or test images are also in another split: scores would be too good.",
                remedy: "Remove them from one split, or split again with near-duplicates kept together; --leakage warn only warns.");
        }
    }
}
