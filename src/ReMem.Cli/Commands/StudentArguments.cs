using System.CommandLine;
using ReMem.Models;
using ReMem.Recipes;

namespace ReMem.Cli.Commands;

/// <summary>The student and its views, for 'distill' and 'cache build': the same arguments give the same views.</summary>
internal sealed class StudentArguments
{
    private readonly Argument<string> _data = Common.Data();
    private readonly Argument<string[]> _overrides = Common.Overrides();
    private readonly Option<string> _student = new("--student") { Description = "timm's name; see 'remem models'.", DefaultValueFactory = _ => "mobilenetv3_small_100" };
    private readonly Option<int?> _size = new("--image-size") { Description = "Side of the views in pixels. Default: the teacher's, else 224." };
    private readonly Option<int> _epochs = new("--epochs") { Description = "Passes over the training images.", DefaultValueFactory = _ => 30 };
    private readonly Option<string> _objective = new("--objective") { Description = "The teacher's part of the loss: kl, hard, standardized, dkd(a,b), dist(b,g), rkd(d,a), hint, cosine, tokens, attention(d,r), or a sum such as 'kl + 0.5*rkd(25,50)'.", DefaultValueFactory = _ => "kl" };
    private readonly Option<int> _seed = new("--seed") { Description = "Decides every random draw." };
    private readonly Option<string> _bad = Common.OnBadImage();

    /// <summary>In the order of the help.</summary>
    public IEnumerable<Symbol> Symbols => [_data, _overrides, _student, _size, _epochs, _objective, _seed, _bad, Offline];

    public Option<bool> Offline { get; } = Common.Offline();

    /// <summary>The recipe of the arguments; it is validated like any recipe.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="teacher">Gives the default of the image size; null where there is none.</param>
    /// <param name="more">Further values, which key=value arguments override.</param>
    public Recipe Recipe(string name, ParseResult parsed, ImageModel? teacher, params string[] more) => CommandRecipe.Assemble(
        name,
        parsed.GetValue(_data)!,
        parsed.GetValue(_bad)!,
        parsed.GetValue(_size) ?? teacher?.ImageSize ?? 224,
        [
            $"student.model={CommandRecipe.Quote(parsed.GetValue(_student)!)}",
            $"student.training.epochs={parsed.GetValue(_epochs)}",
            $"student.distillation.objective={CommandRecipe.Quote(parsed.GetValue(_objective)!)}",
            $"seeds=[{parsed.GetValue(_seed)}]",
            .. more,
            .. CommandRecipe.Prefixed("student", parsed.GetValue(_overrides)),
        ]);
}
