using ReMem.Teachers;

namespace ReMem.Tests.Teachers;

public sealed class TeacherMethodTests
{
    private static readonly TeacherOptions Given = new()
    {
        Rho = 0.1,
        Adaptive = true,
        Sharpness = "every(2)",
        RhoSchedule = "lr",
        MSharpness = true,
        Reweighting = "ramp(0.5)",
    };

    [Fact]
    public void A_method_takes_its_own_part_of_the_options()
    {
        var plain = new TeacherOptions();
        Assert.Equal(
            [
                null, plain, Given with { Reweighting = "none" }, plain with { Reweighting = "ramp(0.5)" }, Given, plain, plain, plain,
                plain, Given, plain,
            ],
            TeacherMethod.All.Select(m => m.Options(Given)));
    }

    [Fact]
    public void Names_are_read_back_and_others_are_refused_with_the_nearest()
    {
        Assert.Equal(
            ["none", "standard", "sam", "reweighted", "both", "early", "calibrated", "mcmi", "consistent", "auto", "pseudo"],
            TeacherMethod.All.Select(m => m.Name));
        Assert.All(TeacherMethod.All, m => Assert.Same(m, TeacherMethod.Parse(m.Name)));
        Assert.Contains("did you mean 'sam'?", Assert.Throws<InputException>(() => TeacherMethod.Parse("samm")).Message,
            StringComparison.Ordinal);
        Assert.Equal("\"both\"", System.Text.Json.JsonSerializer.Serialize(TeacherMethod.Both));
    }

    [Fact]
    public void Joined_methods_do_all_of_their_ways()
    {
        var settings = new PreparationOptions { Mcmi = 0.5, McmiEpochs = 2, Consistency = 3, NormPenalty = 0.1 };
        Assert.Equal(
            new TeacherPreparation(Given with { Reweighting = "none" }) { IsCalibrated = true, Mcmi = 0.5, McmiEpochs = 2 },
            TeacherMethod.Parse("mcmi+sam+calibrated").Preparation(Given, settings));
        Assert.Equal("sam+calibrated+mcmi", TeacherMethod.Parse("mcmi+sam+calibrated").Name);
        Assert.Equal(TeacherMethod.Parse("sam+calibrated"), TeacherMethod.Parse("calibrated+sam"));
        Assert.Equal(
            new TeacherPreparation(new TeacherOptions { Reweighting = "ramp(0.5)" }) { IsEarly = true, Consistency = 3, NormPenalty = 0.1 },
            TeacherMethod.Parse("reweighted+early+consistent").Preparation(Given, settings));
        Assert.Same(TeacherMethod.Both, TeacherMethod.Parse("reweighted+sam"));
        Assert.Equal(Given, TeacherMethod.Parse("both+early").Options(Given));
        string text = System.Text.Json.JsonSerializer.Serialize(TeacherMethod.Parse("sam+early"));
        Assert.Equal("sam+early", System.Text.Json.JsonSerializer.Deserialize<TeacherMethod>(text)!.Name);
    }

    [Theory]
    [InlineData("sam+none", "joins 'none', which stands by itself")]
    [InlineData("standard+sam", "joins 'standard'")]
    [InlineData("auto+mcmi", "joins 'auto'")]
    [InlineData("pseudo+sam", "joins 'pseudo'")]
    [InlineData("sam+sam", "names a way twice")]
    [InlineData("both+sam", "names a way twice")]
    [InlineData("sam+erly", "did you mean 'early'?")]
    [InlineData("sam+", "Unknown method ''")]
    public void What_does_not_go_together_is_refused(string name, string why) =>
        Assert.Contains(why, Assert.Throws<InputException>(() => TeacherMethod.Parse(name)).Message, StringComparison.Ordinal);

    /// <summary>Words of reports and messages that stand for a method; everywhere else a method's properties are asked.</summary>
    [Fact]
    public void No_other_source_compares_a_method_by_its_name()
    {
        IEnumerable<string> compared =
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from line in File.ReadLines(file)
            where System.Text.RegularExpressions.Regex.IsMatch(line, "[Mm]ethod\\w* (==|!=|is) (not )?\"")
            select $"{Path.GetFileName(file)}: {line.Trim()}";
        Assert.Empty(compared);
    }
}
