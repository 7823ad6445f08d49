namespace ReMem.Cli.Tests;

/// <summary>Names that are not known: the nearest one is offered, and nothing else is made of them.</summary>
public class CommandLineErrorsTests
{
    [Theory]
    [InlineData("finetun", "Unknown command 'finetun'; did you mean 'finetune'?")]
    [InlineData("finetun photos --model x --out y key=value", "Unknown command 'finetun'; did you mean 'finetune'?")]
    [InlineData("finetun --help", "Unknown command 'finetun'; did you mean 'finetune'?")]
    [InlineData("Predict cat.jpg", "Unknown command 'Predict'; did you mean 'predict'?")]
    [InlineData("finetun models", "Unknown command 'finetun'; did you mean 'finetune'?")]
    [InlineData("cache biuld photos", "Unknown command 'biuld'; did you mean 'build'?")]
    [InlineData("data fetsh cifar-100", "Unknown command 'fetsh'; did you mean 'fetch'?")]
    [InlineData("eval photos", "Unknown command 'eval'; did you mean 'evaluate'?")]
    [InlineData("xyzzyxyzzy", "Unknown command 'xyzzyxyzzy'.")]
    [InlineData("distill photos --techer-dir teacher --out student", "Unknown option '--techer-dir'; did you mean '--teacher-dir'?")]
    [InlineData("distill photos --techer-dir=teacher --out student", "Unknown option '--techer-dir'; did you mean '--teacher-dir'?")]
    [InlineData("distill photos --TECHER-DIR teacher --out student", "Unknown option '--TECHER-DIR'; did you mean '--teacher-dir'?")]
    [InlineData("distill photos --teach teacher --out student", "Unknown option '--teach'; did you mean '--teacher-dir'?")]
    [InlineData("distill photos -teacher-dir teacher --out student", "Unknown option '-teacher-dir'; did you mean '--teacher-dir'?")]
    [InlineData("cache build photos --techer-dir teacher", "Unknown option '--techer-dir'; did you mean '--teacher-dir'?")]
    [InlineData("cache --jsn info", "Unknown option '--jsn'; did you mean '--json'?")]
    [InlineData("cache info --jsn", "Unknown option '--jsn'; did you mean '--json'?")]
    [InlineData("models --jsn", "Unknown option '--jsn'; did you mean '--json'?")]
    [InlineData("inspect --ofline", "Unknown option '--ofline'; did you mean '--offline'?")]
    [InlineData("inspect --prefx x", "Unknown option '--prefx'; did you mean '--prefix'?")]
    [InlineData("predict cat.jpg --mdoel-dir student", "Unknown option '--mdoel-dir'; did you mean '--model-dir'?")]
    [InlineData("predict --min_probability 0.5 cat.jpg --model-dir student",
        "Unknown option '--min_probability'; did you mean '--min-probability'?")]
    [InlineData("compare runs/a --ot runs/b", "Unknown option '--ot'; did you mean '--out'?")]
    [InlineData("run recipe.yaml --smok", "Unknown option '--smok'; did you mean '--smoke'?")]
    [InlineData("run recipe.yaml -out runs/a", "Unknown option '-out'; did you mean '--out'?")]
    [InlineData("run recipe.yaml -json", "Unknown option '-json'; did you mean '--json'?")]
    [InlineData("run recipe.yaml -jobs=2", "Unknown option '-jobs'; did you mean '--jobs'?")]
    [InlineData("sweep recipe.yaml --gird rho=1", "Unknown option '--gird'; did you mean '--grid'?")]
    [InlineData("doctor --verbos", "Unknown option '--verbos'; did you mean '--verbose'?")]
    [InlineData("models -x", "Unknown option '-x'.")]
    [InlineData("run recipe.yaml --out --smok", "Unknown option '--smok'; did you mean '--smoke'?")]
    [InlineData("distill photos --out student --teacher-dir --stdent", "Unknown option '--stdent'; did you mean '--student'?")]
    [InlineData("--versoin", "Unknown option '--versoin'; did you mean '--version'?")]
    public void The_nearest_name_is_offered(string arguments, string message)
    {
        string error = Assert.Single(Errors(arguments));
        Assert.StartsWith(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("predict -- -cat.jpg --techer-dir.jpg --")]
    [InlineData("predict ./-cat.jpg - --model-dir student")]
    [InlineData("inspect --prefix=-x weights.pth")]
    [InlineData("inspect --prefix=--x weights.pth")]
    [InlineData("probe photos --max-images -1")]
    [InlineData("finetune photos --model x --rho -1e-3 --out y")]
    [InlineData("run recipe.yaml -j2 -oout")]
    [InlineData("run recipe.yaml -j:2 --out:out --verbose")]
    [InlineData("run-part --verbose -- -dir sam -1 2")]
    [InlineData("distill photos a=-1 --out student --verbose")]
    [InlineData("cache prune --all -y")]
    public void What_is_known_or_comes_after_two_dashes_is_not_refused(string arguments) => Assert.Empty(Errors(arguments));

    [Fact]
    public void What_else_does_not_fit_is_left_out_where_a_name_is_unknown()
    {
        // --teacher-dir is required and missing, because it is misspelt.
        Assert.Single(Errors("cache build photos --techer-dir teacher"));
        Assert.Equal(2, Errors("cache build photos --techer-dir teacher --epocs 3").Count);
        Assert.Contains(Errors("cache build photos"), e => e.Contains("--teacher-dir", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_cannot_steer_the_terminal() =>
        Assert.DoesNotContain('\u001b', Assert.Single(CommandLineErrors.Of(CommandTree.Create().Parse(["\u001b[31m"]), ["\u001b[31m"])));

    [Fact]
    public void The_program_says_it_with_exit_code_2_and_where_help_is()
    {
        Cli.Run("finetun").IsBadInput("error: Unknown command 'finetun'; did you mean 'finetune'?", "Try: remem --help");
        Cli.Run("distill", "photos", "--techer-dir", "t", "--out", "s")
            .IsBadInput("did you mean '--teacher-dir'?", "after --", "Try: remem distill --help");
        Cli.Run("inspect", "--prefix", "--x", "w.pth").IsBadInput("Unknown option '--x'", "--prefix=--x");

        // After two dashes it is a file.
        Cli.Run("inspect", "--", "--techer-dir").IsBadInput("does not exist", "--techer-dir");
    }

    private static IReadOnlyList<string> Errors(string arguments)
    {
        string[] given = arguments.Split(' ');
        return CommandLineErrors.Of(CommandTree.Create().Parse(given), given);
    }
}
