using ReMem.Weights.Hub;

namespace ReMem.Tests.Weights.Hub;

public class HubReferenceTests
{
    private static readonly Uri Hub = new("https://huggingface.co");

    [Theory]
    [InlineData("hf-hub:timm/vit_tiny_patch16_224.augreg_in21k", "timm/vit_tiny_patch16_224.augreg_in21k", "main")]
    [InlineData("hf_hub:timm/resnet18", "timm/resnet18", "main")]
    [InlineData("hf-hub:a/b@refs/pr/1", "a/b", "refs/pr/1")]
    public void Repository_and_revision_are_read(string source, string repository, string revision) =>
        Assert.Equal(new HubReference(repository, revision, null), HubReference.Parse(source));

    [Theory]
    [InlineData("hf-hub:")]
    [InlineData("hf-hub:resnet18")]
    [InlineData("hf-hub:a/b/c")]
    [InlineData("hf-hub:../etc")]
    [InlineData("hf-hub:a/..")]
    [InlineData("hf-hub:a/b--c")]
    [InlineData("hf-hub:a/b@")]
    [InlineData("hf-hub:a/b@../../x")]
    [InlineData("hf-hub:a/b@/x")]
    [InlineData("hf-hub:a/b@x\\y")]
    [InlineData("hf-hub:a b/c")]
    public void What_is_none_is_refused(string source) =>
        Assert.Contains(source, Assert.Throws<InputException>(() => HubReference.Parse(source)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://huggingface.co/timm/x", "timm/x", "main", null)]
    [InlineData("https://huggingface.co/timm/x/tree/v1/", "timm/x", "v1", null)]
    [InlineData("https://huggingface.co/timm/x/resolve/main/a/model.safetensors?download=true", "timm/x", "main", "a/model.safetensors")]
    [InlineData("https://HuggingFace.co/timm/x/blob/refs%2Fpr%2F1/pytorch_model.bin", "timm/x", "refs/pr/1", "pytorch_model.bin")]
    public void A_browsers_address_is_taken_for_what_it_names(string address, string repository, string revision, string? file) =>
        Assert.Equal(new HubReference(repository, revision, file), HubReference.FromAddress(new Uri(address), Hub));

    [Theory]
    [InlineData("https://example.org/timm/x/resolve/main/model.safetensors")]
    [InlineData("http://huggingface.co/timm/x/resolve/main/model.safetensors")]
    [InlineData("https://huggingface.co:444/timm/x")]
    [InlineData("https://huggingface.co/timm")]
    [InlineData("https://huggingface.co/timm/x/resolve/main/..%2F..%2Fx")]
    [InlineData("https://huggingface.co/datasets/a/b/resolve/main/x.bin")]
    public void Any_other_address_is_not_the_hubs(string address) => Assert.Null(HubReference.FromAddress(new Uri(address), Hub));

    [Fact]
    public void A_files_address_escapes_what_needs_it() => Assert.Equal(
        "https://mirror.example/hf/a/b/resolve/refs%2Fpr%2F1/sub/a%20%23.bin",
        new HubReference("a/b", "refs/pr/1", null).Address(new Uri("https://mirror.example/hf/"), "refs/pr/1", "sub/a #.bin").AbsoluteUri);
}
