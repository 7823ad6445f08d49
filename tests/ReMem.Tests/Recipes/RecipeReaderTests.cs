using ReMem.Recipes;

namespace ReMem.Tests.Recipes;

public class RecipeReaderTests
{
    private const string Minimal = "name: test\ndata:\n  source: photos\n";

    [Fact]
    public void Reads_nested_keys_lists_and_defaults()
    {
        Recipe recipe = RecipeReader.Parse(Minimal
            + "teacher:\n  rho: 0.1\n  training:\n    epochs: 3\nseeds: [0, 1]\nmethods: [none, sam]\n", "r.yaml");
        Assert.Equal("photos", recipe.Data.Source);
        Assert.Equal(0.1, recipe.Teacher.Options.Rho);
        Assert.Equal(3, recipe.Teacher.Training.Epochs);
        Assert.Equal([0, 1], recipe.Seeds);
        Assert.Equal(["none", "sam"], recipe.Methods);
        Assert.Equal(ReMem.Training.OptimizerKind.Adamw, recipe.Student.Training.Optimizer);
    }

    [Fact]
    public void Training_settings_of_every_form_are_read_and_written()
    {
        Recipe recipe = RecipeReader.Parse(Minimal, "r.yaml",
        [
            "teacher.training.freeze=6", "teacher.training.keep=best", "teacher.training.sampling=Sqrt",
            "student.training.freeze=blocks.0, head",
            "student.training.progressive=from(64,0.5)", "student.training.class_weights=effective(0.99)",
            "student.distillation.target_weights=inverse",
        ]);
        recipe = RecipeReader.Parse(RecipeReader.Write(recipe), "again");
        Assert.Equal(("6", ReMem.Training.KeepPolicy.Best, ReMem.Data.ClassSampling.Sqrt),
            (recipe.Teacher.Training.Freeze, recipe.Teacher.Training.Keep, recipe.Teacher.Training.Sampling));
        Assert.Equal(("blocks.0, head", "from(64,0.5)", "effective(0.99)"),
            (recipe.Student.Training.Freeze, recipe.Student.Training.Progressive, recipe.Student.Training.ClassWeights));
        Assert.Equal("inverse", recipe.Student.Distillation.TargetWeights);
    }

    [Fact]
    public void Overrides_win_and_may_open_a_block()
    {
        Recipe recipe = RecipeReader.Parse(Minimal, "r.yaml",
            ["student.training.lr=0.003", "seeds=[4]", "teacher.reweighting=top(2,0.25)"]);
        Assert.Equal(0.003, recipe.Student.Training.Lr);
        Assert.Equal([4], recipe.Seeds);
        Assert.Equal("top(2,0.25)", recipe.Teacher.Options.Reweighting);
        recipe = RecipeReader.Parse(Minimal, "r.yaml",
            ["teacher.weights=null", "title='quoted: text'", "teacher.training={epochs: 7}", "seeds= [2, 3]"]);
        Assert.Null(recipe.Teacher.Weights);
        Assert.Equal("quoted: text", recipe.Title);
        Assert.Equal(7, recipe.Teacher.Training.Epochs);
        Assert.Equal([2, 3], recipe.Seeds);
    }

    [Fact]
    public void A_written_recipe_reads_back_equal()
    {
        Recipe recipe = RecipeReader.Parse(Minimal, "r.yaml",
            ["title=it's: a 'test' #1", "data.on_bad_image=skip", "teacher.weights=a b.safetensors"]);
        string text = RecipeReader.Write(recipe);
        Assert.Equal(text, RecipeReader.Write(RecipeReader.Parse(text, "again")));
        Assert.Equal("it's: a 'test' #1", RecipeReader.Parse(text, "again").Title);
    }

    [Theory]
    [InlineData("teacher:\n  rhoo: 1\n", "did you mean 'teacher.rho'", "r.yaml:5")]
    [InlineData("studnet:\n  model: x\n", "did you mean 'student'", "r.yaml:4")]
    [InlineData("teacher:\n  training:\n    epochs: 0\n", "'teacher.training.epochs' is '0'; it must be between 1 and 10000", "r.yaml:6")]
    [InlineData("student:\n  distillation:\n    weight: 1.4\n", "'student.distillation.weight' is '1.4'; it must be between 0 and 1",
        "r.yaml:6")]
    [InlineData("student:\n  training:\n    epochs: -3\n", "'student.training.epochs' is '-3'; it must be between 1 and 10000", "r.yaml:6")]
    [InlineData("student:\n  training:\n    epochs: 2.5\n", "'student.training.epochs' is '2.5'; it must be a whole number", "r.yaml:6")]
    [InlineData("student:\n  distillation:\n    weight: -0.1\n", "'student.distillation.weight' is '-0.1'; it must be between 0 and 1",
        "r.yaml:6")]
    [InlineData("student:\n  distillation:\n    weight: .nan\n", "'student.distillation.weight' is '.nan'; it must be a number",
        "r.yaml:6")]
    [InlineData("student:\n  distillation:\n    weight: NaN\n", "'student.distillation.weight' is 'NaN'; it must be between 0 and 1",
        "r.yaml:6")]
    [InlineData("student:\n  distillation:\n    temperature: 0\n",
        "'student.distillation.temperature' is '0'; it must be between 0.1 and 100", "r.yaml:6")]
    [InlineData("student:\n  distillation:\n    temperature: -2\n",
        "'student.distillation.temperature' is '-2'; it must be between 0.1 and 100", "r.yaml:6")]
    [InlineData("student:\n  distillation:\n    temperature: 1000\n",
        "'student.distillation.temperature' is '1000'; it must be between 0.1 and 100", "r.yaml:6")]
    [InlineData("student:\n  distillation:\n    views: -1\n", "'student.distillation.views' is '-1'; it must be between 0 and 10000",
        "r.yaml:6")]
    [InlineData("teacher:\n  rho: 0\n", "'teacher.rho' is '0'; it must be between 1E-06 and 10", "r.yaml:5")]
    [InlineData("teacher:\n  training:\n    lr: -1\n", "'teacher.training.lr' is '-1'; it must be between 1E-09 and 100", "r.yaml:6")]
    [InlineData("teacher:\n  training:\n    batch_size: 0\n", "'teacher.training.batch_size' is '0'; it must be between 1 and 65536",
        "r.yaml:6")]
    [InlineData("teacher:\n  training:\n    epochs: three\n", "must be a whole number", "r.yaml:6")]
    [InlineData("teacher:\n  training:\n    optimizer: adam\n", "must be one of adamw, lamb, sgd", "r.yaml:6")]
    [InlineData("teacher:\n  training:\n    keep: bst\n", "must be one of last, best; did you mean 'best'?", "r.yaml:6")]
    [InlineData("teacher:\n  training:\n    sampling: balancd\n", "must be one of uniform, balanced, sqrt; did you mean 'balanced'?",
        "r.yaml:6")]
    [InlineData("student:\n  training:\n    class_weights: efective(0.9)\n", "did you mean 'effective'?", "student.training")]
    [InlineData("student:\n  training:\n    class_weights: inverse\n    sampling: sqrt\n", "together they do it twice", "student.training")]
    [InlineData("teacher:\n  training:\n    patience: 3\n", "With patience 3 and keep 'last'", "teacher.training")]
    [InlineData("teacher:\n  training:\n    ema_decay: 1\n", "'teacher.training.ema_decay' is '1'; it must be between 0 and 0.999999",
        "r.yaml:6")]
    [InlineData("student:\n  training:\n    progressive: 64\n", "The progressive resolution '64' cannot be read.", "student.training")]
    [InlineData("student:\n  distillation:\n    target_weights: invers\n", "did you mean 'inverse'?",
        "student.distillation.target_weights")]
    [InlineData("teacher: 3\n", "must be a block of keys", "r.yaml:4")]
    [InlineData("methods: sam\n", "must be a list", "r.yaml:4")]
    [InlineData("methods: [samm]\n", "did you mean 'sam'", "methods")]
    [InlineData("methods: []\n", "must not be empty", "r.yaml:4")]
    [InlineData("seeds: [1, 1]\n", "twice", "r.yaml")]
    [InlineData("teacher:\n  reweighting: tpo(1,0)\n", "did you mean 'top'", "teacher.reweighting")]
    [InlineData("data: {source: x}\n", "not valid YAML", "r.yaml:4")]
    public void What_is_wrong_is_named_with_its_line(string text, string message, string where)
    {
        InputException error = Assert.Throws<InputException>(() => RecipeReader.Parse(Minimal + text, "r.yaml"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(where, error.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("student.training.epochs=0", "'student.training.epochs' is '0'; it must be between 1 and 10000",
        "command line, student.training.epochs")]
    [InlineData("student.distillation.temperature=-1", "'student.distillation.temperature' is '-1'",
        "command line, student.distillation.temperature")]
    [InlineData("teacher.training={lr: 5, epochs: -1}", "'teacher.training.epochs' is '-1'", "command line, teacher.training")]
    [InlineData("student.distilation.weight=0.5", "did you mean 'student.distillation'", "r.yaml")]
    [InlineData("data.source=", "'data.source' is ''; it must be given", "command line, data.source")]
    public void What_is_wrong_on_the_command_line_is_not_looked_for_in_the_file(string change, string message, string where)
    {
        InputException error =
            Assert.Throws<InputException>(() => RecipeReader.Parse(Minimal + "student:\n  training:\n    epochs: 3\n", "r.yaml", [change]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(where, error.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: x\n", "'data.source' is ''; it must be given")]
    [InlineData("- a\n", "not one block of keys")]
    [InlineData("", "not one block of keys")]
    public void An_incomplete_recipe_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => RecipeReader.Parse(text, "r.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void An_override_that_is_no_pair_is_refused() =>
        Assert.Contains("not key=value", Assert.Throws<InputException>(() => RecipeReader.Parse(Minimal, "r.yaml", ["epochs"])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Equal("none.yaml", Assert.Throws<InputException>(() => RecipeReader.Read("none.yaml")).Where);
}
