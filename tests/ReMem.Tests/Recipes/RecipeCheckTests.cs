using ReMem.Data;
using ReMem.Data.Layouts;
using ReMem.Recipes;
using ReMem.Recipes.Sweep;

namespace ReMem.Tests.Recipes;

/// <summary>What is only used hours later is refused when the recipe is read.</summary>
public sealed class RecipeCheckTests
{
    private const string Yaml = "name: x\ndata:\n  source: photos\n";

    [Theory]
    [InlineData("teacher.sharpness=evry(5)", "did you mean 'every'")]
    [InlineData("teacher.sharpness=every(0)", "In 'every(0)', k is '0'; it must be between 1 and 10000.")]
    [InlineData("teacher.rho_schedule=linaer(0.1)", "did you mean 'linear'")]
    [InlineData("teacher={m_sharpness: true, sharpness: 'momentum(0.9)'}", "m-sharpness does not go with 'momentum(0.9)'")]
    [InlineData("student.distillation.weight_schedule=cosine(2)", "In 'cosine(2)', the start is '2'; it must be between 0 and 1.")]
    [InlineData("student={distillation: {objective: kl + dkd}, training: {mixup_alpha: 0.2}}", "needs one label an image")]
    [InlineData("information.image_size=30", "it must be a multiple of 4")]
    [InlineData("data={source: photos, val_fraction: 0.5, test_fraction: 0.45}", "Validation and test take 0.5 + 0.45 of every class.")]
    public void A_value_is_refused_whether_or_not_a_method_uses_it(string change, string message)
    {
        InputException error =
            Assert.Throws<InputException>(() => RecipeReader.Parse(Yaml, "r.yaml", [change, "methods=[none, standard]"]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Where);
    }

    [Theory]
    [InlineData("sharpness=sam,evry(5)")]
    [InlineData("rho_schedule=constant,linear(11)")]
    [InlineData("information.image_size=32,30")]
    [InlineData("data.val_fraction=0.15,0.005")]
    public void A_grid_is_refused_before_its_first_cell(string axis)
    {
        SweepAxis[] axes = [SweepAxis.Parse(axis)];
        Recipe Read(IReadOnlyList<string> point) => RecipeReader.Parse(Yaml, "r.yaml", ["methods=[none, standard]", .. point]);
        Assert.Throws<InputException>(() => SweepPlan.Create(Read, axes));
    }

    [Fact]
    public void A_radius_of_0_is_plain_where_no_method_perturbs_and_refused_where_one_does()
    {
        const string plain = Yaml + "teacher:\n  rho: 0\n";
        Assert.Equal(0, RecipeReader.Parse(plain + "methods: [none, standard, reweighted]\n", "r.yaml").Teacher.Options.Rho);
        InputException error = Assert.Throws<InputException>(() => RecipeReader.Parse(plain + "methods: [standard, sam]\n", "r.yaml"));
        Assert.Equal("r.yaml:5", error.Where);
    }

    [Fact]
    public void Shares_of_the_splits_have_one_range_wherever_they_are_given()
    {
        InputException recipe = Assert.Throws<InputException>(() => RecipeReader.Parse(Yaml, "r.yaml", ["data.val_fraction=0.005"]));
        InputException library =
            Assert.Throws<InputException>(() => DatasetReader.Open("photos", new DatasetOptions { ValFraction = 0.005 }));
        Assert.Equal("'data.val_fraction' is '0.005'; it must be between 0.01 and 0.8.", recipe.Message);
        Assert.Equal("The data option ValFraction is 0.005. It must be between 0.01 and 0.8.", $"{library.Message} {library.Remedy}");
        Assert.Equal(0.8, RecipeReader.Parse(Yaml, "r.yaml", ["data.val_fraction=0.8", "data.test_fraction=0.1"]).Data.Reading.ValFraction);
    }
}
