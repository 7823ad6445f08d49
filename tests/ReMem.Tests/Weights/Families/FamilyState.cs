using System.Text.Json;
using ReMem.Weights;
using static TorchSharp.torch;

namespace ReMem.Tests.Weights.Families;

/// <summary>Small state dicts in timm's names, taken from the goldens, and the check that another naming of one becomes it again.</summary>
internal static class FamilyState
{
    private const int SmallWidth = 8;

    /// <summary>A ViT's tensors as timm names them: two blocks, its width shrunk to 8.</summary>
    public static Dictionary<string, Tensor> Vit(string model, long width) => Make(
        model, name => !name.StartsWith("blocks.", StringComparison.Ordinal) || name.Split('.')[1] is "0" or "1",
        size => size % width == 0 ? size / width * SmallWidth : size);

    /// <summary>A convolutional network's tensors as timm names them, every size but the first shrunk to 1.</summary>
    public static Dictionary<string, Tensor> Convolutional(string model) => Make(model, _ => true, size => size, onlyFirst: true);

    /// <summary>Writes the tensors as a PyTorch archive, reads them and expects timm's.</summary>
    /// <param name="family">Whose naming they have.</param>
    /// <param name="named">In that naming.</param>
    /// <param name="expected">In timm's.</param>
    /// <param name="extra">Further tensors that have to be dropped.</param>
    public static void Check(string family, IEnumerable<(string Name, Tensor Value)> named, IReadOnlyDictionary<string, Tensor> expected,
        params string[] extra)
    {
        using var folder = new TemporaryFolder();
        (string, Tensor)[] all = [.. named, .. extra.Select(n => (n, zeros(2)))];
        string path = PickleWriter.WriteState(folder.File("weights.pth"), all.Select(t => KeyValuePair.Create(t.Item1, t.Item2)));
        using TimmWeightsFile file = TimmWeightsFile.Open(path);
        Assert.Equal(family, file.Family);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Tensor value) in expected)
        {
            Assert.Equal(value.shape, file.Tensors[name].Shape);
            Assert.True(Goldens.Same(value, file.Read(name)), name);
        }

        Assert.Equal(extra.Order(StringComparer.Ordinal), file.Dropped.Select(d => d.Name).Order(StringComparer.Ordinal));
        Assert.All(file.Dropped, d => Assert.NotEmpty(d.Why));
    }

    /// <summary>Renames by replacing parts of names, one after the other.</summary>
    public static IEnumerable<(string Name, Tensor Value)> Replace(IEnumerable<KeyValuePair<string, Tensor>> state,
        params (string Timm, string Other)[] parts) =>
        state.Select(t => (parts.Aggregate(t.Key, (name, part) => name.Replace(part.Timm, part.Other, StringComparison.Ordinal)), t.Value));

    /// <summary>Splits the joined queries, keys and values.</summary>
    /// <param name="named">With names that hold <paramref name="joined"/>.</param>
    /// <param name="joined">A part of the name, such as ".qkv.".</param>
    /// <param name="parts">The replacement for each third.</param>
    public static IEnumerable<(string Name, Tensor Value)> SplitQkv(IEnumerable<(string Name, Tensor Value)> named, string joined,
        params string[] parts) => named.SelectMany(t =>
        t.Name.Contains(joined, StringComparison.Ordinal)
            ? t.Value.chunk(3).Select((part, i) => (t.Name.Replace(joined, parts[i], StringComparison.Ordinal), part))
            : [t]);

    private static Dictionary<string, Tensor> Make(string model, Func<string, bool> take, Func<long, long> shrink, bool onlyFirst = false)
    {
        JsonElement golden = JsonDocument.Parse(File.ReadAllText(Goldens.PathOf("models.json"))).RootElement.GetProperty("models")
            .EnumerateArray().First(m => m.GetProperty("model").GetString() == model);
        var state = new Dictionary<string, Tensor>();
        foreach (JsonElement parameter in golden.GetProperty("parameters").EnumerateArray())
        {
            string name = parameter[0].GetString()!;
            if (!take(name))
                continue;
            long[] shape = [.. parameter[1].EnumerateArray().Select((d, i) => onlyFirst && i > 0 ? 1 : shrink(d.GetInt64()))];
            state[name] = name.EndsWith("num_batches_tracked", StringComparison.Ordinal)
                ? tensor(7L)
                : Goldens.UniformTensor(name, 1, shape).to(ScalarType.Float32);
        }

        return state;
    }
}
