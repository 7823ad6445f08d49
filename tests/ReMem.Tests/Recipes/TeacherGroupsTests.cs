using ReMem.Recipes;
using ReMem.Reports;
using ReMem.Tests.Reports;

namespace ReMem.Tests.Recipes;

public sealed class TeacherGroupsTests
{
    [Fact]
    public void A_group_has_its_given_name_or_its_first_folders()
    {
        using var folder = new TemporaryFolder();
        string a = Write(folder, "a"), cell = Write(folder, "sam-rho=0.1");
        IReadOnlyList<TeacherGroup> groups = TeacherGroups.Read([$"both={a},{a}", a + Path.DirectorySeparatorChar, cell]);
        Assert.Equal(["both", "a", "sam-rho=0.1"], groups.Select(g => g.Name));
        Assert.Equal([2, 1, 1], groups.Select(g => g.Runs.Count));
    }

    [Fact]
    public void Groups_without_folders_and_with_one_name_are_refused()
    {
        using var folder = new TemporaryFolder();
        string a = Write(folder, "a");
        Assert.Contains("'x=' does not name a folder", Assert.Throws<InputException>(() => TeacherGroups.Read(["x="])).Message,
            StringComparison.Ordinal);
        InputException alike = Assert.Throws<InputException>(() => TeacherGroups.Read([a, $"b={a}", $"b={a}"]));
        Assert.Contains("Two groups have the name 'b'", alike.Message, StringComparison.Ordinal);
        Assert.Contains("NAME=DIR", alike.Remedy!, StringComparison.Ordinal);
    }

    private static string Write(TemporaryFolder folder, string name)
    {
        string path = Directory.CreateDirectory(folder.File(name)).FullName;
        ReportWriter.Write(SampleReport.Create(), path);
        return path;
    }
}
