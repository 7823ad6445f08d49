using System.CommandLine;
using ReMem.Models;
using ReMem.Recipes;

namespace ReMem.Cli.Commands;

/// <summary>The student and its views, for 'distill' and 'cache build': the same arguments give the same views.</summary>
internal sealed class StudentArguments
{
    private readonly Argument<string> _data = Common.Data();
    private readonly Argument<string[]> _overrides = Common.Overrides();
    private readonly Option<int?> _size = new("--image-size")
    {
        Description = "Side of the views in pixels. Default: the teacher's, else 224.",
        HelpName = "N",
    };
    private readonly RecipeOptions _settings = new RecipeOptions()
        .Add("--student", "student.model")
        .Add("--epochs", "student.training.epochs", "N", "30")
        .Add("--objective", "student.distillation.objective")
        .Add("--unlabelled", "data.unlabelled", "SOURCE")
        .Add("--on-bad-image", "data.on_bad_image");
    private readonly Option<int> _seed = new("--seed") { Description = "Decides every random draw." };

    /// <summary>In the order of the help.</summary>
    public IEnumerable<Symbol> Symbols => [_data, _overrides, .. _settings.Symbols, _size, _seed, Offline];

    public Option<bool> Offline { get; } = Common.Offline();

    /// <summary>The recipe of the arguments; it is validated like any recipe.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="teacher">Gives the default of the image size; null where there is none.</param>
    /// <param name="more">Further values, which key=value arguments override.</param>
    public Recipe Recipe(string name, ParseResult parsed, ImageModel? teacher, params IEnumerable<string> more) => CommandRecipe.Assemble(
        name,
        parsed.GetValue(_data)!,
        [
            FormattableString.Invariant($"data.image_size={parsed.GetValue(_size) ?? teacher?.ImageSize ?? 224}"),
            .. _settings.Pairs(parsed),
            $"seeds=[{parsed.GetValue(_seed)}]",
            .. more,
            .. CommandRecipe.Prefixed("student", parsed.GetValue(_overrides)),
        ]);
}
