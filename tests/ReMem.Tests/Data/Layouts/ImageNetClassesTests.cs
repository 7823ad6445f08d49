using ReMem.Data.Layouts;

namespace ReMem.Tests.Data.Layouts;

public class ImageNetClassesTests
{
    [Fact]
    public void There_are_a_thousand_in_the_order_of_published_weights()
    {
        Assert.Equal((1000, 1000), (ImageNetClasses.Names.Count, ImageNetClasses.WordNetIds.Count));
        Assert.Equal(("n01440764", "tench, Tinca tinca"), (ImageNetClasses.WordNetIds[0], ImageNetClasses.Names[0]));
        Assert.Equal("golden retriever", ImageNetClasses.Names[207]);
        Assert.Equal("toilet tissue, toilet paper, bathroom tissue", ImageNetClasses.Names[999]);
        Assert.Equal(ImageNetClasses.WordNetIds.Order(StringComparer.Ordinal), ImageNetClasses.WordNetIds);
        Assert.Equal("tench, Tinca tinca", ImageNetClasses.NameOf("n01440764"));
        Assert.Null(ImageNetClasses.NameOf("n01440765"));
        Assert.Null(ImageNetClasses.NameOf("nest"));
    }
}
