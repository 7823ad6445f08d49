using ReMem.Recipes;

namespace ReMem.Tests.Recipes;

public class RecipeReaderTests
{
    private const string Minimal = "name: test\ndata:\n  source: photos\n";

    [Fact]
    public void Reads_nested_keys_lists_and_defaults()
    {
        Recipe recipe = RecipeReader.Parse(Minimal + "teacher:\n  rho: 0.1\n  training:\n    epochs: 3\nseeds: [0, 1]\nmethods: [none, sam]\n", "r.yaml");
        Assert.Equal("photos", recipe.Data.Source);
        Assert.Equal(0.1, recipe.Teacher.Rho);
        Assert.Equal(3, recipe.Teacher.Training.Epochs);
        Assert.Equal([0, 1], recipe.Seeds);
        Assert.Equal(["none", "sam"], recipe.Methods);
        Assert.Equal("adamw", recipe.Student.Training.Optimizer);
    }

    [Fact]
    public void Overrides_win_and_may_open_a_block()
    {
        Recipe recipe = RecipeReader.Parse(Minimal, "r.yaml", ["student.training.lr=0.003", "seeds=[4]", "teacher.reweighting=top(2,0.25)"]);
        Assert.Equal(0.003, recipe.Student.Training.Lr);
        Assert.Equal([4], recipe.Seeds);
        Assert.Equal("top(2,0.25)", recipe.Teacher.Reweighting);
        recipe = RecipeReader.Parse(Minimal, "r.yaml", ["teacher.weights=null", "title='quoted: text'", "teacher.training={epochs: 7}", "seeds= [2, 3]"]);
        Assert.Null(recipe.Teacher.Weights);
        Assert.Equal("quoted: text", recipe.Title);
        Assert.Equal(7, recipe.Teacher.Training.Epochs);
        Assert.Equal([2, 3], recipe.Seeds);
    }

    [Fact]
    public void A_written_recipe_reads_back_equal()
    {
        Recipe recipe = RecipeReader.Parse(Minimal, "r.yaml", ["title=it's: a 'test' #1", "data.on_bad_image=skip", "teacher.weights=a b.safetensors"]);
        string text = RecipeReader.Write(recipe);
        Assert.Equal(text, RecipeReader.Write(RecipeReader.Parse(text, "again")));
        Assert.Equal("it's: a 'test' #1", RecipeReader.Parse(text, "again").Title);
    }

    [Theory]
    [InlineData("teacher:\n  rhoo: 1\n", "did you mean 'teacher.rho'", "r.yaml:5")]
    [InlineData("studnet:\n  model: x\n", "did you mean 'student'", "r.yaml:4")]
    [InlineData("teacher:\n  training:\n    epochs: 0\n", "'teacher.training.epochs' is '0'; it must be between 1 and 10000", "r.yaml:6")]
    [InlineData("student:\n  distillation:\n    weight: 1.4\n", "'student.distillation.weight' is '1.4'; it must be between 0 and 1", "r.yaml:6")]
    [InlineData("teacher:\n  training:\n    epochs: three\n", "must be a whole number", "r.yaml:6")]
    [InlineData("teacher:\n  training:\n    optimizer: adam\n", "must be one of adamw, lamb, sgd", "r.yaml:6")]
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
    [InlineData("name: x\n", "'data.source' is ''; it must be given")]
    [InlineData("- a\n", "not one block of keys")]
    [InlineData("", "not one block of keys")]
    public void An_incomplete_recipe_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => RecipeReader.Parse(text, "r.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void An_override_that_is_no_pair_is_refused() =>
        Assert.Contains("not key=value", Assert.Throws<InputException>(() => RecipeReader.Parse(Minimal, "r.yaml", ["epochs"])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named() => Assert.Equal("none.yaml", Assert.Throws<InputException>(() => RecipeReader.Read("none.yaml")).Where);
}
