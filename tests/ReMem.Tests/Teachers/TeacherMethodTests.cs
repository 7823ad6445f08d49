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
            [null, plain, Given with { Reweighting = "none" }, plain with { Reweighting = "ramp(0.5)" }, Given, plain, plain],
            TeacherMethod.All.Select(m => m.Options(Given)));
    }

    [Fact]
    public void Names_are_read_back_and_others_are_refused_with_the_nearest()
    {
        Assert.Equal(["none", "standard", "sam", "reweighted", "both", "calibrated", "pseudo"], TeacherMethod.All.Select(m => m.Name));
        Assert.All(TeacherMethod.All, m => Assert.Same(m, TeacherMethod.Parse(m.Name)));
        Assert.Contains("did you mean 'sam'?", Assert.Throws<InputException>(() => TeacherMethod.Parse("samm")).Message,
            StringComparison.Ordinal);
        Assert.Equal("\"both\"", System.Text.Json.JsonSerializer.Serialize(TeacherMethod.Both));
    }

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
