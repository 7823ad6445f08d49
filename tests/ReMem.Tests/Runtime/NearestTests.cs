using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class NearestTests
{
    [Theory]
    [InlineData("resnet81", "resnet18")]
    [InlineData("RESNET18", "resnet18")]
    public void Offers_the_nearest_name(string given, string expected) =>
        Assert.Equal(expected, Nearest.To(given, ["vit_base", "resnet18", "resnet50"]));

    [Fact]
    public void Offers_nothing_where_nothing_is_near() => Assert.Null(Nearest.To("xyz", ["convolution", "transformer"]));

    [Fact]
    public void The_error_names_kind_value_and_candidates()
    {
        InputException error = Nearest.Unknown("policy", "tpo", ["none", "top", "ramp"], "recipe.yaml:3");
        Assert.Equal("Unknown policy 'tpo'; did you mean 'top'?", error.Message);
        Assert.Equal("recipe.yaml:3", error.Where);
        Assert.Contains("ramp", error.Remedy, StringComparison.Ordinal);
    }
}
