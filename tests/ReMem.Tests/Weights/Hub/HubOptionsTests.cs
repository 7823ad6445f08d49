using System.Text.Json;
using ReMem.Weights.Hub;

namespace ReMem.Tests.Weights.Hub;

public class HubOptionsTests
{
    private static HubOptions Read(params (string Name, string Value)[] variables) =>
        HubOptions.FromEnvironment(name => variables.FirstOrDefault(v => v.Name == name).Value);

    [Fact]
    public void Nothing_set_is_the_hub_and_the_users_caches()
    {
        HubOptions options = Read(("HF_TOKEN_PATH", "/nowhere/token"));
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal("https://huggingface.co/", options.Endpoint.AbsoluteUri);
        Assert.Equal(Path.Combine(home, ".cache", "huggingface", "hub"), options.HubCache);
        Assert.Equal(Path.Combine(home, ".cache", "remem", "urls"), options.UrlCache);
        Assert.Equal((options.HubCache, options.UrlCache), (new HubOptions().HubCache, new HubOptions().UrlCache));
        Assert.Null(options.Token);
        Assert.False(options.Offline);
    }

    [Fact]
    public void The_variables_of_huggingface_hub_are_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("token"), "hf_file\n");
        Assert.Equal(folder.File("hub"), Read(("HF_HOME", folder.Path)).HubCache);
        Assert.Equal("hf_file", Read(("HF_HOME", folder.Path)).Token);
        Assert.Equal("hf_given", Read(("HF_HOME", folder.Path), ("HF_TOKEN", " hf_given\n")).Token);
        Assert.Null(Read(("HF_HOME", folder.Path), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")).Token);
        Assert.Equal("/elsewhere", Read(("HF_HOME", folder.Path), ("HF_HUB_CACHE", "/elsewhere")).HubCache);
        Assert.Equal(Path.Combine("/xdg", "huggingface", "hub"), Read(("XDG_CACHE_HOME", "/xdg")).HubCache);
        Assert.Equal(Path.Combine("/own", "urls"), Read(("XDG_CACHE_HOME", "/xdg"), ("REMEM_CACHE", "/own")).UrlCache);
        Assert.Equal(Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "x", "hub"),
            Read(("HF_HOME", "~/x")).HubCache);
        Assert.Equal("https://mirror.example/hf", Read(("HF_ENDPOINT", "https://mirror.example/hf/")).Endpoint.AbsoluteUri);
        Assert.Equal((3, 4.5), (Read(("HF_HUB_ETAG_TIMEOUT", "3")).ResponseSeconds, Read(("HF_HUB_DOWNLOAD_TIMEOUT", "4.5")).StallSeconds));
        Assert.False(Read(("HF_HUB_DISABLE_SYMLINKS", "1")).Symlinks);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("Yes", true)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void Offline_is_read_as_there(string value, bool offline) => Assert.Equal(offline, Read(("HF_HUB_OFFLINE", value)).Offline);

    [Theory]
    [InlineData("HF_ENDPOINT", "mirror.example")]
    [InlineData("HF_ENDPOINT", "ftp://mirror.example")]
    [InlineData("HF_ENDPOINT", "https://user:pa55@mirror.example")]
    [InlineData("HF_HUB_ETAG_TIMEOUT", "soon")]
    [InlineData("HF_HUB_DOWNLOAD_TIMEOUT", "0")]
    [InlineData("HF_TOKEN", "hf_a\nb: hf_pa55")]
    public void What_cannot_be_meant_is_reported_without_secrets(string name, string value)
    {
        var error = Assert.Throws<InputException>(() => Read((name, value)));
        Assert.Contains(name, $"{error.Message} {error.Where}", StringComparison.Ordinal);
        Assert.DoesNotContain("pa55", error.Message + error.Where + error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_token_is_in_no_text_of_the_options()
    {
        var options = new HubOptions { Token = "hf_secret" };
        Assert.DoesNotContain("hf_secret", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hf_secret", JsonSerializer.Serialize(options), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_out_of_its_range_is_reported() =>
        Assert.Contains("Attempts",
            Assert.Throws<InputException>(() => new WeightSource(new HubOptions { Attempts = 0 }).ResolveFile("hf-hub:a/b")).Message,
            StringComparison.Ordinal);
}
