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

    /// <summary>Plain fine-tuning; the control of students that learn from unlabelled images.</summary>
    public static TeacherMethod Pseudo { get; } = new("pseudo",
        "plain fine-tuning; the student learns the labels, and the teacher's class as the label of unlabelled images, as a control")
    {
        TeachesClassOnly = true,
    };

    /// <summary>Every method, in the order of reports.</summary>
    public static IReadOnlyList<TeacherMethod> All { get; } = [None, Standard, Sam, Reweighted, Both, Calibrated, Pseudo];

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

    /// <summary>Whether students learn only the teacher's class, and only of unlabelled images.</summary>
    public bool TeachesClassOnly { get; private init; }

    /// <summary>A method by its name, as tests and folders have it.</summary>
    public static implicit operator TeacherMethod(string name) => Parse(name);

    /// <summary>The method of a name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static TeacherMethod Parse(string name) =>
        All.FirstOrDefault(m => m.Name == name) ?? throw Nearest.Unknown("method", name, [.. All.Select(m => m.Name)], "methods");

    /// <summary>What of a recipe's options the method takes; the others are at their defaults. Null without a teacher.</summary>
    public TeacherOptions? Options(TeacherOptions given)
    {
        var plain = new TeacherOptions();
        TeacherOptions taken = IsSharp ? given : plain;
        return HasTeacher ? taken with { Reweighting = IsReweighted ? given.Reweighting : plain.Reweighting } : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private sealed class AsName : JsonConverter<TeacherMethod>
    {
        public override TeacherMethod Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, TeacherMethod value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Name);
    }
}
