using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public class SettingDifferencesTests
{
    [Fact]
    public void YAML_differs_by_its_full_keys() => Assert.Equal(
        "command (rho 0.05 there, rho 0.1 here), teacher.training.epochs (2 there, 3 here)",
        SettingDifferences.Describe(
            SettingDifferences.OfYaml(
                "# rho 0.05\nname: a\nteacher:\n  model: x\n  training:\n    epochs: 2\nstudent:\n  training:\n    epochs: 9\n"),
            SettingDifferences.OfYaml(
                "# rho 0.1\nname: a\nteacher:\n  model: x\n  training:\n    epochs: 3\nstudent:\n  training:\n    epochs: 9\n")));

    [Fact]
    public void JSON_differs_by_its_names() => Assert.Equal(
        "lr (0.1 there, 0.2 here), drop (none there, [1,2] here)",
        SettingDifferences.Describe(
            SettingDifferences.OfJson("{\"epochs\":2,\"lr\":0.1,\"inner\":{\"epochs\":5,\"name\":\"a,b\"}} x {\"lr\":1}"),
            SettingDifferences.OfJson("{\"epochs\":2,\"lr\":0.2,\"inner\":{\"epochs\":5,\"name\":\"a,b\",\"drop\":[1,2]}} x {\"lr\":1}")));

    [Fact]
    public void A_few_are_named_and_the_rest_counted()
    {
        string text = SettingDifferences.Describe(
            Enumerable.Range(0, 5).Select(i => ($"k{i}", "0")), Enumerable.Range(0, 5).Select(i => ($"k{i}", new string('x', 100))));
        Assert.Equal(3, text.Split(" there, ").Length - 1);
        Assert.EndsWith("and 2 more", text);
        Assert.InRange(text.Length, 0, 300);
        Assert.Empty(SettingDifferences.Describe([("a", "1")], [("a", "1")]));
    }
}
