using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>
/// Linear maps from a student's features to each teacher's, learned with the student and then discarded (FitNets, Romero 2015).
/// </summary>
internal sealed class StudentProjections : nn.Module
{
    private readonly Linear?[] _features;
    private readonly Linear?[] _tokens;

    private StudentProjections(IEnumerable<(int From, int To)> features, IEnumerable<(int From, int To)> tokens)
        : base(nameof(StudentProjections))
    {
        _features = [.. features.Select((shape, i) => Made("features", i, shape))];
        _tokens = [.. tokens.Select((shape, i) => Made("tokens", i, shape))];
    }

    /// <summary>Creates those that an objective needs, initialised by the job's seed; null where it needs none.</summary>
    public static StudentProjections? Of(DistillationObjective objective, TrainingJob job, IReadOnlyList<ImageModel> teachers)
    {
        (int From, int To)[] features = objective.NeedsSameWidth ? [.. teachers.Select(t => (job.Model.NumFeatures, t.NumFeatures))] : [];
        int own = objective.NeedsTokens ? PatchTokens.ShapeOf(job.Model, job.Train.View.Size).Width : 0;
        (int From, int To)[] tokens = objective.NeedsTokens
            ? [.. teachers.Select(t => (own, PatchTokens.ShapeOf(t, t.ImageSize).Width))]
            : [];
        if (features.Concat(tokens).All(shape => shape.From == shape.To))
            return null;
        manual_seed((long)new CounterRandom(job.Seed, "projection").NextUInt32());
        return new StudentProjections(features, tokens);
    }

    /// <summary>The student's outputs in a teacher's widths.</summary>
    /// <param name="outputs">The outputs in the student's widths.</param>
    /// <param name="teacher">Index of the teacher.</param>
    public BatchOutputs Apply(BatchOutputs outputs, int teacher) => outputs with
    {
        Features = Apply(_features, teacher, outputs.Features),
        Tokens = Apply(_tokens, teacher, outputs.Tokens),
    };

    private static Tensor? Apply(Linear?[] maps, int teacher, Tensor? part) =>
        part is null || maps.ElementAtOrDefault(teacher) is not { } map ? part : map.call(part);

    private Linear? Made(string name, int teacher, (int From, int To) shape)
    {
        if (shape.From == shape.To)
            return null;
        Linear map = nn.Linear(shape.From, shape.To);
        register_module(teacher == 0 ? name : $"{name}_{teacher}", map);
        return map;
    }
}
