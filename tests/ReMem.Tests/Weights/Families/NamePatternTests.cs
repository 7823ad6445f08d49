using ReMem.Weights.Families;

namespace ReMem.Tests.Weights.Families;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("blocks.#.norm1.*", "blocks.11.norm1.weight", "11 weight")]
    [InlineData("a.#.#", "a.1.2345", "1 2345")]
    [InlineData("decoder_*", "decoder_blocks.0.x", "blocks.0.x")]
    [InlineData("cls", "cls", "")]
    [InlineData("blocks.#.norm1.*", "blocks.x.norm1.weight", null)]
    [InlineData("blocks.#.norm1.*", "blocks.12345.norm1.weight", null)]
    [InlineData("blocks.#.norm1.*", "blocks.1.norm1.", null)]
    [InlineData("blocks.#", "blocks.", null)]
    [InlineData("cls", "cls_token", null)]
    [InlineData("cls_token", "cls", null)]
    [InlineData("a.b", "a-b", null)]
    public void Signs_stand_for_numbers_and_the_rest(string pattern, string name, string? parts)
    {
        IReadOnlyList<string>? match = new NamePattern(pattern).Match(name);
        Assert.Equal(parts, match is null ? null : string.Join(' ', match));
        if (match is not null)
            Assert.Equal(name, NamePattern.Fill(pattern, match));
    }
}
