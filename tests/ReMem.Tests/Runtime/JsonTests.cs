using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class JsonTests
{
    private sealed record Sample(string ClassName, double Value, double? Maybe);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void What_json_cannot_hold_is_null_and_reads_as_not_a_number(double value)
    {
        string json = Json.Serialize(new Sample("a", value, value));
        Assert.Equal("{\n  \"class_name\": \"a\",\n  \"value\": null,\n  \"maybe\": null\n}", json);
        Sample back = Json.Deserialize<Sample>(json, "x");
        Assert.True(double.IsNaN(back.Value));
        Assert.Null(back.Maybe);
    }

    [Fact]
    public void Doubles_keep_every_digit_and_letters_stay_letters()
    {
        var sample = new Sample("Äpfel 苹果 <b>", 0.1 + 0.2, 1.0 / 3);
        string json = Json.Serialize(sample);
        Assert.Contains("Äpfel 苹果", json, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", json, StringComparison.Ordinal);
        Assert.Equal(sample, Json.Deserialize<Sample>(json, "x"));
    }

    /// <summary>.NET's own shortest text of two of them is that of the number below.</summary>
    [Fact]
    public void Powers_of_two_keep_every_digit()
    {
        for (int exponent = -1022; exponent < 1024; exponent++)
        {
            var sample = new Sample("", Math.ScaleB(1, exponent), -Math.ScaleB(1, exponent));
            Assert.Equal(sample, Json.Deserialize<Sample>(Json.Serialize(sample), "x"));
        }
    }

    [Theory]
    [InlineData("{\n\"class_name\": }", "f.json, line 2")]
    [InlineData("{}", "f.json")]
    [InlineData("null", "f.json")]
    public void Bad_json_names_the_place(string text, string where)
    {
        var error = Assert.Throws<InputException>(() => Json.Deserialize<Sample>(text, "f.json"));
        Assert.StartsWith(where, error.Where, StringComparison.Ordinal);
    }
}
