using Microsoft.AspNetCore.Http;
using ReMem.Tests.Weights.Hub;

namespace ReMem.Cli.Tests;

/// <summary>remem data fetch, from a mirror of the test's own. What it does with whole data sets is tested in the library.</summary>
public class DataFetchTests
{
    [Fact]
    public void The_list_is_printed_and_an_unknown_name_is_reported()
    {
        using var work = new Workspace();
        CliResult list = Cli.Run("data", "fetch", "--json");
        Assert.True(list.ExitCode == 0, list.Error);
        Assert.Contains("\"name\": \"flowers-102\"", list.Out, StringComparison.Ordinal);

        using var mirror = new HubServer { Instead = (context, _) => Answer(context) };
        Cli.Run("data", "fetch", "cifar100").IsBadInput("did you mean 'cifar-100'");
        Cli.Run("data", "fetch", "dtd", "--offline", "--to", work.At("dtd")).IsBadInput("dtd-r1.0.1.tar.gz", "--archives");
        Dictionary<string, string> environment = new() { ["REMEM_DATA_MIRROR"] = mirror.Address.AbsoluteUri };
        Cli.RunWith(environment, "data", "fetch", "eurosat", "--to", work.At("eurosat")).IsBadInput("no such file (404)",
            "/eurosat/EuroSAT.zip");

        // The size that the list knows is not the one that comes.
        CliResult other = Cli.RunWith(environment, "data", "fetch", "mnist", "--to", work.At("mnist"));
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("announces 9 bytes instead of 9912422", other.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(work.At("mnist")));
    }

    private static async Task<bool> Answer(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/mnist", StringComparison.Ordinal))
            return false;
        await HubServer.SendAsync(context, new byte[9]);
        return true;
    }
}
