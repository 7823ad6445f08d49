using ReMem.Tests.Weights.Hub;

namespace ReMem.Cli.Tests;

/// <summary>Weights and models of a hub, which here is a server of the test's own.</summary>
public class HubTests
{
    [Fact]
    public void A_model_of_the_hub_predicts_also_when_the_hub_is_gone()
    {
        using var work = new Workspace();
        string photo = Path.Combine(work.Photos(1, 1), "test", "red", "0.png");
        Dictionary<string, string> variables;
        CliResult first;
        using (var hub = new HubServer())
        {
            variables = new()
            {
                ["HF_ENDPOINT"] = hub.Address.AbsoluteUri,
                ["HF_HOME"] = work.At("hf"),
                ["HF_TOKEN"] = "hf_verysecrettoken",
            };
            hub.Files["model.safetensors"] = File.ReadAllBytes(Path.Combine(Cli.Root, "demo", "teacher", "model.safetensors"));
            hub.Files["config.json"] =
                """{"architecture": "vit_pico_patch4_32", "num_classes": 97, "pretrained_cfg": {"input_size": [3, 32, 32]}}"""u8.ToArray();
            first = Cli.RunWith(variables, "predict", "--model-dir", "hf-hub:me/model", photo, "--json");
        }

        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Contains("model.safetensors: downloaded", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_verysecrettoken", first.Error, StringComparison.Ordinal);
        CliResult again = Cli.RunWith(variables, "predict", "--model", "vit_pico_patch4_32", "--weights", "hf-hub:me/model", "--offline",
            photo, "--json");
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(first.Out, again.Out);
        Assert.Equal("note: the classes have no names: --labels gives them\n", again.Error);

        Cli.RunWith(variables, "finetune", work.At("photos"), "--model", "vit_pico_patch4_32", "--weights", "hf-hub:me/other", "--offline",
            "--out", work.At("out"))
            .IsBadInput("'me/other'", "--offline", "give --weights FILE");
        Assert.False(Directory.Exists(work.At("out")));
    }

    [Fact]
    public void Weights_of_the_hub_are_inspected_and_converted_also_when_the_hub_is_gone()
    {
        using var work = new Workspace();
        string teacher = Path.Combine(Cli.Root, "demo", "teacher", "model.safetensors");
        Dictionary<string, string> variables;
        CliResult inspected;
        using (var hub = new HubServer())
        {
            variables = new()
            {
                ["HF_ENDPOINT"] = hub.Address.AbsoluteUri,
                ["HF_HOME"] = work.At("hf"),
                ["REMEM_CACHE"] = work.At("cache"),
            };
            hub.Files["model.safetensors"] = File.ReadAllBytes(teacher);

            // Errors of the command line are reported before anything is downloaded.
            Cli.RunWith(variables, "convert", "hf-hub:me/model", work.At("out.pth")).IsBadInput("safetensors");
            Cli.RunWith(variables, "convert", "hf-hub:me/model", work.At("out.safetensors"), "--model", "vit_pcio_patch4_32")
                .IsBadInput("vit_pico_patch4_32");
            Assert.Empty(hub.Requests);

            inspected = Cli.RunWith(variables, "inspect", "hf-hub:me/model@main", "--json");
            Assert.True(inspected.ExitCode == 0, inspected.Error);
            Assert.Contains("model.safetensors: downloaded", inspected.Error, StringComparison.Ordinal);
            CliResult web = Cli.RunWith(variables, "inspect", $"{hub.Address}me/model/resolve/main/model.safetensors", "--json");
            Assert.Equal(inspected.Out, web.Out);
        }

        Assert.Equal(inspected.Out, Cli.RunWith(variables, "inspect", "hf-hub:me/model@main", "--offline", "--json").Out);
        CliResult converted = Cli.RunWith(
            variables, "convert", "hf-hub:me/model", work.At("out", "model.safetensors"), "--model", "vit_pico_patch4_32", "--offline",
            "--json");
        Assert.True(converted.ExitCode == 0, converted.Error);
        CliResult local = Cli.RunWith(variables, "inspect", $"local-dir:{work.At("out")}");
        Assert.Contains("model: vit_pico_patch4_32", local.Out, StringComparison.Ordinal);
        Cli.RunWith(variables, "inspect", "hf-hub:me/other", "--offline").IsBadInput("'me/other'", "--offline");
        Cli.RunWith(variables, "convert", "hf-hub:me/other", work.At("other.safetensors"), "--offline").IsBadInput("'me/other'",
            "--offline");
        Assert.False(File.Exists(work.At("other.safetensors")));
    }
}
