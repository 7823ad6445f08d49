using System.Text.Json;
using System.Text.Json.Serialization;
using ReMem.Runtime;

namespace ReMem.Teachers;

/// <summary>
/// A way to prepare the teacher. What a method does is what its properties say: adding one is adding an entry to <see cref="All"/>, and
/// nothing else asks for its name.
/// </summary>
[JsonConverter(typeof(AsName))]
internal sealed record TeacherMethod
{
    private TeacherMethod(string name, string description) => (Name, Description) = (name, description);

    /// <summary>No teacher: the student learns from labels alone.</summary>
    public static TeacherMethod None { get; } = new("none", "no teacher; the student learns from labels alone") { HasTeacher = false };

    /// <summary>Plain fine-tuning, which the others are compared with.</summary>
    public static TeacherMethod Standard { get; } = new("standard", "plain fine-tuning");

    /// <summary>Sharpness-aware fine-tuning.</summary>
    public static TeacherMethod Sam { get; } = new("sam", "sharpness-aware fine-tuning") { IsSharp = true };

    /// <summary>Fine-tuning with reweighted MLP blocks.</summary>
    public static TeacherMethod Reweighted { get; } = new("reweighted", "fine-tuning with reweighted MLP blocks") { IsReweighted = true };

    /// <summary>Sharpness-aware fine-tuning with reweighted MLP blocks.</summary>
    public static TeacherMethod Both { get; } = new("both", "both of these") { IsSharp = true, IsReweighted = true };

    /// <summary>Plain fine-tuning whose logits are calibrated.</summary>
    public static TeacherMethod Calibrated { get; } = new("calibrated",
        "plain fine-tuning; the logits are divided by the temperature that minimises the cross-entropy on validation")
    {
        IsCalibrated = true,
    };

    /// <summary>Plain fine-tuning, of which the epoch whose outputs keep most is taken.</summary>
    public static TeacherMethod Early { get; } = new("early",
        "plain fine-tuning; of up to eight of its epochs the one whose logits keep most at the last one's accuracy on validation")
    {
        IsEarly = true,
    };

    /// <summary>Plain fine-tuning, then a short training that raises the conditional mutual information.</summary>
    public static TeacherMethod Mcmi { get; } = new("mcmi",
        "plain fine-tuning, then a few epochs that also raise the conditional mutual information of outputs and images given the class")
    {
        IsMcmi = true,
    };

    /// <summary>Fine-tuning that penalises different answers to two views of an image.</summary>
    public static TeacherMethod Consistent { get; } = new("consistent",
        "fine-tuning that penalises different answers to two views of an image, and large singular values of the weights")
    {
        IsConsistent = true,
    };

    /// <summary>The gradient and the reweighting that short trials choose, then early and calibrated.</summary>
    public static TeacherMethod Auto { get; } = new("auto",
        "short trials choose among standard, sam, reweighted and both by validation and by what the logits keep; then early and calibrated")
    {
        IsAuto = true,
        IsSharp = true,
        IsReweighted = true,
        IsEarly = true,
        IsCalibrated = true,
    };

    /// <summary>Plain fine-tuning; the control of students that learn from unlabelled images.</summary>
    public static TeacherMethod Pseudo { get; } = new("pseudo",
        "plain fine-tuning; the student learns the labels, and the teacher's class as the label of unlabelled images, as a control")
    {
        TeachesClassOnly = true,
    };

    /// <summary>Every method, in the order of reports.</summary>
    public static IReadOnlyList<TeacherMethod> All { get; } =
    [
        None, Standard, Sam, Reweighted, Both, Early, Calibrated, Mcmi, Consistent, Auto, Pseudo,
    ];

    /// <summary>Those that a recipe has where it names none.</summary>
    public static IReadOnlyList<TeacherMethod> Usual { get; } = [None, Standard, Sam, Reweighted, Both];

    /// <summary>As recipes, folders and reports write it.</summary>
    public string Name { get; }

    /// <summary>What it does, as the end of a sentence.</summary>
    public string Description { get; }

    /// <summary>Whether there is a teacher.</summary>
    public bool HasTeacher { get; private init; } = true;

    /// <summary>Whether it is fine-tuned by a sharpness-aware gradient, as the options say.</summary>
    public bool IsSharp { get; private init; }

    /// <summary>Whether its blocks are reweighted, as the options say.</summary>
    public bool IsReweighted { get; private init; }

    /// <summary>Whether its logits are divided by a temperature after fine-tuning.</summary>
    public bool IsCalibrated { get; private init; }

    /// <summary>Whether its weights are those of the epoch that keeps most.</summary>
    public bool IsEarly { get; private init; }

    /// <summary>Whether a training for the conditional mutual information follows its fine-tuning.</summary>
    public bool IsMcmi { get; private init; }

    /// <summary>Whether its fine-tuning penalises different answers to two views.</summary>
    public bool IsConsistent { get; private init; }

    /// <summary>Whether short trials choose its gradient and reweighting.</summary>
    public bool IsAuto { get; private init; }

    /// <summary>Whether students learn only the teacher's class, and only of unlabelled images.</summary>
    public bool TeachesClassOnly { get; private init; }

    /// <summary>A method by its name, as tests and folders have it.</summary>
    public static implicit operator TeacherMethod(string name) => Parse(name);

    /// <summary>The method of a name, or of several joined by '+', such as "sam+calibrated".</summary>
    /// <exception cref="InputException">There is none, or these do not go together.</exception>
    public static TeacherMethod Parse(string name)
    {
        string[] names = name.Split('+');
        TeacherMethod[] parts = [.. names.Select(Single)];
        return parts.Length == 1 ? parts[0] : Joined(name, parts);
    }

    /// <summary>What a recipe's settings make of the method; null without a teacher.</summary>
    public TeacherPreparation? Preparation(TeacherOptions given, PreparationOptions settings) => Options(given) is not { } options
        ? null
        : new TeacherPreparation(options)
        {
            IsAuto = IsAuto,
            IsEarly = IsEarly,
            IsCalibrated = IsCalibrated,
            Mcmi = IsMcmi ? settings.Mcmi : 0,
            McmiEpochs = IsMcmi ? settings.McmiEpochs : 0,
            Consistency = IsConsistent ? settings.Consistency : 0,
            NormPenalty = IsConsistent ? settings.NormPenalty : 0,
        };

    /// <summary>What of a recipe's options the method takes; the others are at their defaults. Null without a teacher.</summary>
    public TeacherOptions? Options(TeacherOptions given)
    {
        var plain = new TeacherOptions();
        TeacherOptions taken = IsSharp ? given : plain;
        return HasTeacher ? taken with { Reweighting = IsReweighted ? given.Reweighting : plain.Reweighting } : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static TeacherMethod Single(string name) =>
        All.FirstOrDefault(m => m.Name == name) ?? throw Nearest.Unknown("method", name, [.. All.Select(m => m.Name)], "methods");

    private static TeacherMethod Joined(string name, TeacherMethod[] parts)
    {
        InputException Wrong(string why) => new($"The method '{name}' {why}.", "methods",
            "Join different ones of sam, reweighted, early, calibrated, mcmi and consistent, such as sam+calibrated.");
        if (parts.FirstOrDefault(p => !p.CanBeJoined) is { } single)
            throw Wrong($"joins '{single}', which stands by itself");
        TeacherMethod[] ordered = [.. All.Where(m => parts.Contains(m))];
        var joined = new TeacherMethod(string.Join('+', ordered.Select(m => m.Name)), string.Join("; ", ordered.Select(m => m.Description)))
        {
            IsSharp = parts.Any(p => p.IsSharp),
            IsReweighted = parts.Any(p => p.IsReweighted),
            IsEarly = parts.Any(p => p.IsEarly),
            IsCalibrated = parts.Any(p => p.IsCalibrated),
            IsMcmi = parts.Any(p => p.IsMcmi),
            IsConsistent = parts.Any(p => p.IsConsistent),
        };
        if (parts.Sum(p => p.Ways.Count(way => way)) != joined.Ways.Count(way => way))
            throw Wrong("names a way twice");
        return Both.Ways.SequenceEqual(joined.Ways) ? Both : joined;
    }

    /// <summary>The ways that may be joined.</summary>
    private IReadOnlyList<bool> Ways => [IsSharp, IsReweighted, IsEarly, IsCalibrated, IsMcmi, IsConsistent];

    private bool CanBeJoined => Ways.Contains(true) && !IsAuto;

    private sealed class AsName : JsonConverter<TeacherMethod>
    {
        public override TeacherMethod Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, TeacherMethod value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Name);
    }
}
