using System.Globalization;
using System.Text;
using ReMem.Data;
using ReMem.Data.Checks;
using ReMem.Models;
using ReMem.Recipes.Plan;
using ReMem.Runtime;
using ReMem.Teachers;
using ReMem.Weights.Hub;

namespace ReMem.Recipes.Init;

/// <summary>A proposed recipe: what was chosen, and its text, in which each choice stands under the figure that it was made by.</summary>
internal sealed record RecipeProposal
{
    private const int UsualBatch = 64;

    /// <summary>What a person had decided.</summary>
    public required ProposalOptions Options { get; init; }

    /// <summary>What is known of the data.</summary>
    public required InspectionResult Facts { get; init; }

    /// <summary>Whether validation or test images are taken out of the training split, since the source has none.</summary>
    public required bool IsDivided { get; init; }

    /// <summary>timm's name.</summary>
    public required string Teacher { get; init; }

    /// <summary>Where the teacher's weights are.</summary>
    public required string Weights { get; init; }

    /// <summary>Side of the teacher's patches, pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>How many of the teacher's last MLP blocks are reweighted.</summary>
    public required int TopBlocks { get; init; }

    /// <summary>timm's name.</summary>
    public required string Student { get; init; }

    /// <summary>The weights that the student starts from; null starts from scratch.</summary>
    public required string? StudentWeights { get; init; }

    /// <summary>Side of the views, pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Images per step of the student.</summary>
    public required int Batch { get; init; }

    /// <summary>Images per step of the teacher.</summary>
    public required int TeacherBatch { get; init; }

    /// <summary>Epochs of fine-tuning.</summary>
    public required int TeacherEpochs { get; init; }

    /// <summary>Epochs of distillation.</summary>
    public required int StudentEpochs { get; init; }

    /// <summary>The images without labels; null where there are none.</summary>
    public required UnlabelledImages? Unlabelled { get; init; }

    /// <summary>Whether there are so few training images that a teacher needs a longer training at a higher rate.</summary>
    public required bool IsFew { get; init; }

    /// <summary>Whether there are few training images.</summary>
    public required bool IsSmall { get; init; }

    /// <summary>Training images of the largest class by those of the smallest.</summary>
    public required double Imbalance { get; init; }

    /// <summary>Whether that is a strong imbalance.</summary>
    public required bool IsImbalanced { get; init; }

    /// <summary>The recipe.</summary>
    public Recipe Recipe => RecipeReader.Parse(Text(null), "the proposed recipe");

    private int Train => Facts.Classes.Sum(c => c.Train);

    private string Name
    {
        get
        {
            string path = Options.Source.Split('?')[0].TrimEnd('/', '\\');
            string folder = path.Length == 0 || path.TrimEnd('.').Length == 0
                ? Path.GetFileName(Path.GetFullPath(path))
                : Path.GetFileNameWithoutExtension(path);
            string name = string.Concat(folder.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
            return name.Length == 0 ? "photos" : name;
        }
    }

    /// <summary>The recipe's text.</summary>
    /// <param name="plan">What it will cost here; null leaves that out.</param>
    /// <param name="file">The file that it will be in, for its commands.</param>
    public string Text(RunPlan? plan, string file = "recipe.yaml")
    {
        var text = new StringBuilder();
        Head(text, plan, file);
        Data(text);
        TeacherPart(text);
        StudentPart(text);
        Comparison(text);
        return text.ToString();
    }

    private void Head(StringBuilder text, RunPlan? plan, string file)
    {
        string recipe = ShellCommand.QuoteFile(file);
        int classes = Facts.Classes.Count, val = Facts.Classes.Sum(c => c.Validation), test = Facts.Classes.Sum(c => c.Test);
        Line(text,
            $"# Written by 'remem init' after a look at {Options.Source}: {Train} training, {val} validation and {test} test images of ",
            $"{classes} classes.");
        Line(text,
            $"# A large teacher ({Teacher}) is fine-tuned in several ways, and a small student ({Student}) learns from each; ",
            $"the report says which served best.");
        Line(text, $"#");
        Line(text,
            $"# Needs:    the images, and ",
            WeightSource.IsRemote(Weights)
                ? (FormattableString)$"a network for the teacher's weights, once."
                : $"the teacher's weights at {Weights}.");
        Line(text, $"# Command:  remem run {recipe} --smoke     about a minute: shows that everything works; its scores mean nothing");
        Line(text, $"#           remem run {recipe} --plan      minutes, memory and disk of each stage on this machine");
        Line(text, $"#           remem run {recipe}             the run; the same command continues it where it was interrupted");
        Line(text, $"# Score:    not run yet");
        if (plan is not null)
            Line(text,
                $"# Time:     about {PlanTable.Duration(plan.Seconds)} on this machine, by steps timed when this was written; ",
                $"{plan.PeakMemoryBytes / 1e9:0.0} GB of memory, {plan.AllDiskBytes / 1e9:0.0} GB of disk");
        Line(text,
            $"# Every value can be changed here, or for one run on the command line: ",
            $"remem run {recipe} seeds=[0] student.training.epochs=5");
        Line(text, $"name: {Name}");
    }

    private void Data(StringBuilder text)
    {
        SplitFacts train = Facts.Splits[0];
        Line(text, $"data:");
        Line(text, $"  source: {Quoted(Options.Source)}");
        if (Options.ImageSize is not null)
            Line(text, $"  # As was asked for.");
        else
        {
            Line(text,
                $"  # Half of the training images have a shorter side of {train.ShorterSide[1]} px or more (from {train.ShorterSide[0]} ",
                $"to {train.ShorterSide[2]}), the teacher's patches are {PatchSize} px,");
            Line(text,
                $"  # and this machine has {Options.Cores} cores, on which {RecipeProposer.Affordable(Options.Cores)} px is affordable. ",
                $"Twice the side costs four times the time.");
        }

        Line(text, $"  image_size: {ImageSize}");
        if (Unlabelled is not null)
        {
            Line(text,
                $"  # {Unlabelled.Images.Count} images without labels, from which students with a teacher learn its outputs; ",
                $"{Unlabelled.HeldOut} that show a validation or test picture and {Unlabelled.Labelled} copies are left out.");
            Line(text, $"  unlabelled: {Quoted(Options.Unlabelled!)}");
        }

        if (IsDivided)
        {
            Line(text,
                $"  # The source lacks a validation or test split: it is taken from each class's training images, ",
                $"always the same by this seed.");
            Line(text, $"  val_fraction: 0.15");
            Line(text, $"  test_fraction: 0.15");
            Line(text, $"  split_seed: 0");
        }

        int near = Facts.Duplicates.Count;
        if (IsDivided && near > 0)
        {
            Line(text, $"  # {near} groups of images show the same picture; they stay in one split, so that no test image was trained on.");
            Line(text, $"  keep_near_duplicates_together: true");
        }
        else if (Facts.LeakedImages + Facts.NearLeakedImages is > 0 and int leaked)
        {
            Line(text,
                $"  # {leaked} validation or test images are in another split, too, ",
                $"so scores are somewhat too good ('remem data inspect' lists them).");
            Line(text, $"  # 'fail' would refuse to run.");
            Line(text, $"  on_leakage: warn");
        }

        if (Facts.BadImages.Count > 0)
        {
            Line(text, $"  # {Facts.BadImages.Count} images cannot be read and are left out, such as {OneLine(Facts.BadImages[0].Reason)}");
            Line(text, $"  on_bad_image: skip");
        }
    }

    private void TeacherPart(StringBuilder text)
    {
        Line(text, $"teacher:");
        Line(text, Options.Model is not null
            ? $"  # As was asked for."
            : (FormattableString)$"  # {Options.Cores} cores fine-tune this size in reasonable time; 'remem models vit' lists others.");
        Line(text, $"  model: {Teacher}");
        if (WeightSource.IsRemote(Weights))
        {
            Line(text,
                $"  # Pretrained weights, downloaded once by the first run. Without a network: ",
                $"download model.safetensors elsewhere and name the file here,");
            Line(text, $"  # or 'remem init --weights FILE'.");
        }

        Line(text, $"  weights: {Quoted(Weights)}");
        if (Options.WeightsPrefix is { } prefix)
        {
            Line(text, $"  # Of the networks in that file, the one whose names begin so.");
            Line(text, $"  weights_prefix: {Quoted(prefix)}");
        }

        Line(text, $"  # The radius of sharpness-aware fine-tuning (methods sam and both); 0.02 to 0.2 is usual.");
        Line(text, $"  rho: 0.05");
        Line(text,
            $"  # The methods reweighted and both halve the MLPs of the last {TopBlocks} blocks, ",
            $"where a teacher forgets most of the image.");
        Line(text, $"  reweighting: top({TopBlocks},0.5)");
        Line(text, $"  training:");
        Line(text,
            $"    # {Train} images in batches of {TeacherBatch} are {Math.Max(1, Train / TeacherBatch)} steps per epoch; ",
            IsFew
                ? $"few labels want about 340 steps, and 15 to 30 epochs, at a high rate: with 544"
                : (FormattableString)$"about 160 steps, and 3 to 15 epochs, adapt a pretrained model.");
        if (IsFew)
        {
            Line(text,
                $"    # labels of 100 classes such a teacher reached 73.4 % on validation, and 61.0 % in 10 epochs at half the rate ",
                $"(docs/results/fit.md).");
        }

        Line(text, $"    epochs: {TeacherEpochs}");
        Line(text, $"    batch_size: {TeacherBatch}");
        Line(text, IsFew
            ? $"    # 0.0003 at a batch of 32, by the square root of the batch."
            : (FormattableString)$"    # 0.0002 at a batch of 64, by the square root of the batch.");
        Line(text, $"    lr: {(IsFew ? Rate(0.0003, TeacherBatch, 32) : Rate(0.0002, TeacherBatch))}");
        Line(text, $"    warmup_epochs: 0.5");
        Line(text, $"    weight_decay: 0.05");
        Line(text, $"    # The smallest random crop shows this share of the image.");
        Line(text, $"    crop_scale: {CropScale}");
        Line(text, $"    validate_every: {TeacherEpochs}");
    }

    private void StudentPart(StringBuilder text)
    {
        UsualRate usual = ModelCatalogue.UsualRate(Student);
        Line(text, $"student:");
        Line(text, Options.Student is not null
            ? $"  # As was asked for."
            : (FormattableString)$"  # Small and fast at {ImageSize} px. 'remem models' lists others.");
        Line(text, $"  model: {Student}");
        if (StudentWeights is not null)
        {
            Line(text, $"  # It starts from pretrained weights: on few images that is worth more than any method of distillation.");
            Line(text, $"  weights: {Quoted(StudentWeights)}");
        }
        else if (PretrainedWeights.Find(Student) is not null)
        {
            Line(text, $"  # It starts from scratch. With a network, 'weights: auto' takes timm's weights, which is better on few images.");
        }

        Line(text, $"  training:");
        Line(text, StudentWeights is not null
            ? $"    # Pretrained weights need fewer steps: about 400, and 6 to 20 epochs. More is better, if there is time."
            : (FormattableString)$"    # From scratch it needs about 650 steps, and 10 to 40 epochs. More is better, if there is time.");
        Line(text, $"    epochs: {StudentEpochs}");
        Line(text, $"    batch_size: {Batch}");
        Line(text, $"    optimizer: {(usual.Sgd ? "sgd" : "adamw")}");
        if (StudentWeights is not null)
        {
            Line(text,
                $"    # Pretrained weights are fine-tuned at a lower rate than the {Rate(usual.Lr)} of a start from scratch",
                $"{(usual.Sgd ? "; 0.03 at a batch of 64 was best on validation (docs/results/fit.md)" : string.Empty)}.");
        }

        Line(text, $"    lr: {Rate(StudentWeights is null ? usual.Lr : usual.PretrainedLr)}");
        Line(text, $"    weight_decay: {usual.WeightDecay}");
        Line(text, $"    warmup_epochs: 2");
        Line(text, $"    crop_scale: {CropScale}");
        Line(text, $"    validate_every: {Math.Max(1, StudentEpochs / 4)}");
        Line(text, $"  distillation:");
        Line(text, Unlabelled is null
            ? $"    # Half of the loss is the labels, half the teacher's softened answers."
            : (FormattableString)$"    # Most images have no label: most of the loss is the teacher's answers (docs/results/fit.md).");
        Line(text, $"    temperature: 2");
        Line(text, $"    weight: {(Unlabelled is null ? 0.5 : 0.8)}");
        Line(text,
            $"    # Each image is seen in 4 random views that are repeated, ",
            $"so that the teacher answers 4 times per image and not {StudentEpochs} times.");
        Line(text, $"    views: 4");
    }

    private void Comparison(StringBuilder text)
    {
        int smallest = Facts.Classes.Min(c => c.Train), largest = Facts.Classes.Max(c => c.Train);
        Line(text,
            $"# {Facts.Classes.Count} classes, {smallest} to {largest} training images each: ",
            $"{(IsImbalanced ? "imbalanced" : "balanced enough")} (factor {Imbalance:0.0}), {Train} images in all: ",
            $"{(IsSmall ? "small" : "large")}.");
        if (IsSmall || IsImbalanced)
        {
            Line(text,
                $"# On small or imbalanced data sharpness-aware fine-tuning (sam) helps less by itself, ",
                $"so reweighting is tried alone and with it (both).");
            Line(text, $"methods: [none, standard, sam, reweighted, both{Control}]");
        }
        else
        {
            Line(text,
                $"# On such data sharpness-aware fine-tuning (sam) is the method; reweighted and both are for small or imbalanced sets.");
            Line(text, $"methods: [none, standard, sam{Control}]");
        }

        if (IsImbalanced)
            Line(text, $"# Read balanced accuracy as well as top-1, which the large classes dominate.");
        Line(text, $"# Three repetitions give every difference an interval; one is three times as fast and proves nothing.");
        Line(text, $"seeds: [0, 1, 2]");
    }

    /// <summary>With unlabelled images, whether more than the teacher's class is learned from them.</summary>
    private string Control => Unlabelled is null ? string.Empty : $", {TeacherMethod.Pseudo}";

    private string CropScale => ImageSize < 64 ? "0.6" : "0.35";

    private string Rate(double usual) => Rate(usual, Batch);

    private static string Rate(double usual, int batch, int usualBatch = UsualBatch) =>
        (usual * Math.Sqrt((double)batch / usualBatch)).ToString("G2", CultureInfo.InvariantCulture);

    private static string Quoted(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static void Line(StringBuilder text, params FormattableString[] parts)
    {
        foreach (FormattableString part in parts)
            text.Append(FormattableString.Invariant(part));
        text.Append('\n');
    }
}
