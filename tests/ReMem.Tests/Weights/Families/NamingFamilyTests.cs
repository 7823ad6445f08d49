using ReMem.Weights;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

public sealed class NamingFamilyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IDisposable _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Names_that_nobody_knows_stay()
    {
        using TimmWeightsFile file = Open(("one", zeros(2)), ("two.three", ones(1)));
        Assert.Null(file.Family);
        Assert.Equal(["one", "two.three"], file.Tensors.Keys);
        Assert.Equal(0, file.RenamedCount);
    }

    [Fact]
    public void A_third_of_queries_keys_and_values_stays_under_its_name()
    {
        Dictionary<string, Tensor> state = FamilyState.Vit("vit_tiny_patch16_224", 192);
        using TimmWeightsFile file =
            Open([.. HuggingFaceVitTests.Names(state).Where(t => t.Name != "vit.encoder.layer.1.attention.attention.key.bias")]);
        Assert.Contains("blocks.0.attn.qkv.bias", file.Tensors.Keys);
        Assert.DoesNotContain("blocks.1.attn.qkv.bias", file.Tensors.Keys);
        Assert.Contains("encoder.layer.1.attention.attention.query.bias", file.Tensors.Keys);
        Assert.Equal(["vit.encoder.layer.0.attention.attention.query.bias", "vit.encoder.layer.0.attention.attention.key.bias",
            "vit.encoder.layer.0.attention.attention.value.bias"],
            file.SourcesOf("blocks.0.attn.qkv.bias"));
    }

    [Fact]
    public void Forms_that_the_family_has_not_and_names_that_meet_are_refused()
    {
        Dictionary<string, Tensor> state = FamilyState.Vit("vit_tiny_patch16_224", 192);
        (string, Tensor)[] google = [.. AugregTests.Names(state, 2).Select(t => t.Name == "embedding/kernel" ? (t.Name, zeros(3, 3)) : t)];
        InputException e = Assert.Throws<InputException>(() => Open(google));
        Assert.Contains("'embedding/kernel' of shape [3, 3] is not what Google's ViT", e.Message, StringComparison.Ordinal);
        (string, Tensor)[] twice = [.. HuggingFaceVitTests.Names(state), ("cls_classifier.weight", zeros(1)),
            ("classifier.weight", zeros(1))];
        Assert.Contains("both become 'head.weight'", Assert.Throws<InputException>(() => Open(twice)).Message, StringComparison.Ordinal);
    }

    private TimmWeightsFile Open(params (string Name, Tensor Value)[] tensors) =>
        TimmWeightsFile.Open(PickleWriter.WriteState(_folder.File($"{Guid.NewGuid():N}.pth"),
            tensors.Select(t => KeyValuePair.Create(t.Name, t.Value))));
}
