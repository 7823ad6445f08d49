using ReMem.Models;

namespace ReMem.Tests.Models;

public sealed class ModelListingTests
{
    [Fact]
    public void A_part_of_the_name_finds_models_with_their_sizes()
    {
        ModelListing found = Assert.Single(ModelListing.Find("DEIT_tiny_patch16_224"));
        Assert.Equal(("deit_tiny_patch16_224", 224), (found.Name, found.ImageSize));
        Assert.Equal(5.7, found.Parameters / 1e6, 0.05);
        Assert.Equal(1.26, found.Gmacs, 0.05);
        Assert.Equal(ModelCatalogue.All.Count, ModelListing.Find("").Count);
    }

    [Fact]
    public void What_none_is_called_is_an_error_with_the_nearest() =>
        Assert.Contains("did you mean 'resnet18'", Assert.Throws<InputException>(() => ModelListing.Find("resnet81")).Message,
            StringComparison.Ordinal);
}
