using System.CommandLine;
using ReMem.Recipes.Init;

namespace ReMem.Cli.Commands;

/// <summary>The images, and what is decided of teacher and student, for 'init' and 'fit'.</summary>
internal sealed class ProposalArguments
{
    private readonly Argument<string> _source = Common.Data();
    private readonly Option<string?> _model = new("--model", "--teacher")
    {
        Description = "The teacher, a transformer of 'remem models'. Default: by the number of cores.",
        HelpName = "NAME",
    };
    private readonly Option<string?> _weights = new("--weights")
    {
        Description = "The teacher's pretrained weights: a file, hf-hub:owner/name or an https address. Default: timm's on the hub, "
            + "downloaded by the first run.",
        HelpName = "SOURCE",
    };
    private readonly Option<string?> _prefix = Common.Prefix();
    private readonly Option<string?> _student = new("--student")
    {
        Description = "The student, a model of 'remem models'. Default: by the image size.",
        HelpName = "NAME",
    };
    private readonly Option<string?> _studentWeights = new("--student-weights")
    {
        Description = "Weights that the student starts from: a file, hf-hub:owner/name, auto (timm's on the hub) or none. Default: auto "
            + "where timm has any and the teacher's are from the hub, too; else none.",
        HelpName = "SOURCE",
    };
    private readonly Option<int?> _size = new("--image-size")
    {
        Description = "Side of the square views in pixels. Default: by images, teacher and cores.",
        HelpName = "N",
    };
    private readonly Option<string?> _unlabelled = new("--unlabelled")
    {
        Description = "Images without labels, which students learn from by a teacher's outputs: a folder of images, or any data set.",
        HelpName = "SOURCE",
    };

    /// <summary>In the order of the help.</summary>
    public IEnumerable<Symbol> Symbols => [_source, _model, _weights, _prefix, _student, _studentWeights, _size, _unlabelled];

    /// <summary>The user's choices.</summary>
    public ProposalOptions Options(ParseResult parsed) => new()
    {
        Source = parsed.GetValue(_source)!,
        Model = parsed.GetValue(_model),
        Weights = parsed.GetValue(_weights),
        WeightsPrefix = parsed.GetValue(_prefix),
        Student = parsed.GetValue(_student),
        StudentWeights = parsed.GetValue(_studentWeights),
        ImageSize = parsed.GetValue(_size),
        Unlabelled = parsed.GetValue(_unlabelled),
    };
}
