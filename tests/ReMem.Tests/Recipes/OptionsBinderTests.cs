using System.ComponentModel.DataAnnotations;
using ReMem.Recipes;
using ReMem.Runtime;
using YamlDotNet.RepresentationModel;

namespace ReMem.Tests.Recipes;

public sealed class OptionsBinderTests
{
    private enum Shade
    {
        Light,
        Dark,
    }

    [Fact]
    public void Keys_are_the_properties_in_snake_case() =>
        Assert.Equal(["name", "note", "size", "image_size", "rate", "flag", "shade", "numbers", "names", "keep", "inner"],
            Setting.Of(typeof(Outer)).Select(s => s.Key));

    [Fact]
    public void Values_of_every_type_are_read()
    {
        Outer outer = Bind("""
            name: a name
            note: why
            size: 7
            image_size: 5000000000
            rate: 1e-3
            flag: True
            shade: dARK
            numbers: [3, 4]
            names: ['1', b]
            keep: best
            inner: { place: here, count: 9 }
            """);
        Assert.Equal(("a name", "why", 7, 5_000_000_000, 1e-3, true, Shade.Dark),
            (outer.Name, outer.Note, outer.Size, outer.ImageSize, outer.Rate, outer.Flag, outer.Shade));
        Assert.Equal([3, 4], outer.Numbers);
        Assert.Equal(["1", "b"], outer.Names);
        Assert.Equal(("best", "here", 9), (outer.Keep, outer.Inner.Place, outer.Inner.Count));
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        Outer outer = Bind("inner: { place: here }");
        Assert.Equal(("x", null, null, 0.5, 3), (outer.Name, outer.Note, outer.Size, outer.Rate, outer.Inner.Count));
        Assert.Empty(outer.Numbers);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("")]
    public void No_value_is_null_where_that_may_be(string nothing)
    {
        Outer outer = Bind($"note: {nothing}\nsize: {nothing}\ninner: {{ place: here }}");
        Assert.Null(outer.Note);
        Assert.Null(outer.Size);
    }

    [Fact]
    public void A_quoted_word_is_no_null() => Assert.Equal("null", Bind("note: 'null'\ninner: { place: here }").Note);

    [Theory]
    [InlineData("naem: a\n", "Unknown key 'naem'; did you mean 'name'?", "r.yaml:1")]
    [InlineData("name: a\ninner:\n  cuont: 2\n", "Unknown key 'inner.cuont'; did you mean 'inner.count'?", "r.yaml:3")]
    [InlineData("name: ~\n", "'name' is null; it must have a value.", "r.yaml:1")]
    [InlineData("names: [a, null]\n", "'names' is null; it must have a value.", "r.yaml:1")]
    [InlineData("size: many\n", "'size' is 'many'; it must be a whole number.", "r.yaml:1")]
    [InlineData("image_size: 1.5\n", "'image_size' is '1.5'; it must be a whole number.", "r.yaml:1")]
    [InlineData("rate: half\n", "'rate' is 'half'; it must be a number.", "r.yaml:1")]
    [InlineData("flag: yes\n", "'flag' is 'yes'; it must be true or false.", "r.yaml:1")]
    [InlineData("shade: drak\n", "'shade' is 'drak'; it must be one of light, dark; did you mean 'dark'?.", "r.yaml:1")]
    [InlineData("shade: 1\n", "'shade' is '1'; it must be one of light, dark", "r.yaml:1")]
    [InlineData("numbers: 3\n", "'numbers' is '3'; it must be a list, such as [a, b].", "r.yaml:1")]
    [InlineData("numbers: [1, b]\n", "'numbers' is 'b'; it must be a whole number.", "r.yaml:1")]
    [InlineData("name: [a]\n", "'name' is a block; it must be a single value.", "r.yaml:1")]
    [InlineData("inner: 3\n", "'inner' is '3'; it must be a block of keys.", "r.yaml:1")]
    [InlineData("rate: 1\ninner:\n  place: here\n  count: 10\n", "'inner.count' is '10'; it must be between 1 and 9.", "r.yaml:4")]
    [InlineData("keep: bset\n", "'keep' is 'bset'; it must be one of last, best; did you mean 'best'?.", "r.yaml:1")]
    [InlineData("numbers: []\nnames: []\n", "it must not be empty.", "r.yaml:2")]
    public void What_is_wrong_is_named_with_its_line(string yaml, string message, string where)
    {
        InputException error = Assert.Throws<InputException>(() => Bind(yaml));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(where, error.Where);
    }

    [Theory]
    [InlineData("name: a\n")]
    [InlineData("inner: { count: 2 }\n")]
    public void A_required_key_is_missed_in_a_block_that_is_left_out_too(string yaml)
    {
        InputException error = Assert.Throws<InputException>(() => Bind(yaml));
        Assert.Equal(("'inner.place' is ''; it must be given.", "r.yaml"), (error.Message, error.Where));
    }

    [Fact]
    public void What_the_command_line_gave_is_named_as_its_own()
    {
        InputException error = Assert.Throws<InputException>(() => Bind("inner:\n  place: here\n  count: 10\n", "inner.count"));
        Assert.Equal("command line, inner.count", error.Where);
        Assert.Equal("command line, inner", Assert.Throws<InputException>(() => Bind("inner:\n  count: 10\n", "inner")).Where);
    }

    private static Outer Bind(string yaml, params string[] overridden) => (Outer)OptionsBinder.Bind(
        (YamlMappingNode)SafeYaml.Load(yaml, "The recipe", "r.yaml").Single(), typeof(Outer), string.Empty, new RecipeOrigin("r.yaml",
            overridden));

    private sealed record Outer
    {
        public string Name { get; init; } = "x";

        public string? Note { get; init; }

        public int? Size { get; init; }

        public long ImageSize { get; init; }

        public double Rate { get; init; } = 0.5;

        public bool Flag { get; init; }

        public Shade Shade { get; init; }

        public IReadOnlyList<int> Numbers { get; init; } = [];

        [MinLength(1)]
        public IReadOnlyList<string> Names { get; init; } = ["a"];

        [AllowedValues("last", "best")]
        public string Keep { get; init; } = "last";

        public Inner Inner { get; init; } = new();

        public int Area => Numbers.Count;
    }

    private sealed record Inner
    {
        [Required]
        public string Place { get; init; } = string.Empty;

        [Range(1, 9)]
        public int Count { get; init; } = 3;
    }
}
