using ReMem.Data.Checks;
using ReMem.Data.Decoding;

namespace ReMem.Tests.Data.Checks;

public sealed class InspectionVerdictTests
{
    [Theory]
    [InlineData(nameof(LeakagePolicy.Strict), 0, 0, 0)]
    [InlineData(nameof(LeakagePolicy.Strict), 2, 3, 5)]
    [InlineData(nameof(LeakagePolicy.Strict), 0, 3, 3)]
    [InlineData(nameof(LeakagePolicy.Fail), 2, 3, 2)]
    [InlineData(nameof(LeakagePolicy.Fail), 0, 3, 0)]
    [InlineData(nameof(LeakagePolicy.Warn), 2, 3, 0)]
    public void Shared_images_are_an_error_as_the_policy_says(string policy, int exact, int near, int counted)
    {
        void Require() => InspectionVerdict.Require(Result(usable: 4, exact, near), Enum.Parse<LeakagePolicy>(policy));
        if (counted == 0)
            Require();
        else
            Assert.StartsWith(
                $"{counted} validation or test images are also in another split", Assert.Throws<InputException>(Require).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_which_none_can_be_used_are_an_error_whatever_the_policy() => Assert.Equal(
        "None of the 4 images can be used. The first: a.png is no image",
        Assert.Throws<InputException>(() => InspectionVerdict.Require(Result(usable: 0, 0, 0), LeakagePolicy.Warn)).Message);

    [Fact]
    public void A_class_or_a_split_of_which_nothing_can_be_used_is_an_error()
    {
        InspectionResult whole = Result(usable: 4, 0, 0);
        string Refusal(InspectionResult result) =>
            Assert.Throws<InputException>(() => InspectionVerdict.Require(result, LeakagePolicy.Warn)).Message;
        Assert.Equal("None of the training images of the class 'a' can be used.", Refusal(whole with { LostClasses = ["a"] }));
        Assert.Equal(
            "7 classes have no training image that can be used: 'a', 'b', 'c', 'd', 'e' and 2 more.",
            Refusal(whole with { LostClasses = ["a", "b", "c", "d", "e", "f", "g"] }));
        SplitFacts lost = whole.Splits[0] with { Split = "test", Images = 3, Usable = 0 };
        Assert.Equal("None of the 3 images of the test split can be used.", Refusal(whole with { Splits = [.. whole.Splits, lost] }));
        InspectionVerdict.Require(whole with { Splits = [.. whole.Splits, lost with { Images = 0 }] }, LeakagePolicy.Warn);
    }

    private static InspectionResult Result(int usable, int exact, int near) => new(
        "photos", [new SplitFacts("train", 4, usable, [8, 8, 8], [8, 8, 8], [8, 8, 8], new Dictionary<string, int>())], [], [], [],
        usable > 0 ? [] : [new BadImage("train", 0, "a.png", "a.png is no image")], [], exact, near, 0, []);
}
