using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class SettingTests
{
    [Fact]
    public void Settings_of_a_held_record_stand_among_its_owners()
    {
        Assert.Equal(["first", "share", "other_key", "last"], Setting.Of(typeof(Owner)).Select(s => s.Key));
        var owner = new Owner();
        Setting share = Setting.Of(typeof(Owner))[1];
        Assert.Equal(0.25, share.Get(owner));
        share.Set(owner, 0.75);
        Assert.Equal(0.75, owner.Held.Share);
        Assert.Equal(0.5, new Held().Share);
        Assert.Equal(1.0, share.Property.GetCustomAttributes(typeof(RangeAttribute), false).Cast<RangeAttribute>().Single().Maximum);
    }

    [Fact]
    public void JSON_names_them_as_if_the_owner_had_declared_them()
    {
        const string json = """{"first":1,"share":0.25,"other_key":7,"last":"x"}""";
        Assert.Equal(json, JsonSerializer.Serialize(new Owner(), Json.Line));
        Assert.Equal(0.5, JsonSerializer.Deserialize<Owner>(json.Replace("0.25", "0.5", StringComparison.Ordinal), Json.Line)!.Held.Share);
    }

    internal sealed record Held
    {
        [Range(0.0, 1)]
        public double Share { get; init; } = 0.5;

        public bool IsLeftOut { get; init; }

        [SettingKey("other_key")]
        public int Seed { get; init; } = 7;
    }

    internal sealed record Owner
    {
        public int First { get; init; } = 1;

        [Inlined(nameof(SettingTests.Held.Share), nameof(SettingTests.Held.Seed))]
        public Held Held { get; init; } = new() { Share = 0.25 };

        public string Last { get; init; } = "x";
    }
}
