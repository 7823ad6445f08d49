using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Distillation;

/// <summary>Linear maps from a student's features to a teacher's, learned beside the student and then forgotten (FitNets, Romero 2015).</summary>
internal sealed class StudentProjections : nn.Module
{
    private readonly Linear? features;
    private readonly Linear? tokens;

    private StudentProjections((int From, int To)? features, (int From, int To)? tokens)
        : base(nameof(StudentProjections))
    {
        if (features is { } pooled)
            this.features = nn.Linear(pooled.From, pooled.To);
        if (tokens is { } maps)
            this.tokens = nn.Linear(maps.From, maps.To);
        RegisterComponents();
    }

    /// <summary>Those that an objective needs, at a start that the job's seed decides; null where it needs none.</summary>
    public static StudentProjections? Of(DistillationObjective objective, TrainingJob job, ImageModel teacher)
    {
        static (int, int)? Unequal(int from, int to) => from == to ? null : (from, to);
        (int, int)? features = objective.NeedsSameWidth ? Unequal(job.Model.NumFeatures, teacher.NumFeatures) : null;
        (int, int)? tokens = objective.NeedsTokens
            ? Unequal(PatchTokens.ShapeOf(job.Model, job.Train.View.Size).Width, PatchTokens.ShapeOf(teacher, teacher.ImageSize).Width)
            : null;
        if (features is null && tokens is null)
            return null;
        manual_seed((long)new CounterRandom(job.Seed, "projection").NextUInt32());
        return new StudentProjections(features, tokens);
    }

    /// <summary>The student's outputs in the teacher's widths.</summary>
    public BatchOutputs Apply(BatchOutputs outputs) => outputs with
    {
        Features = outputs.Features is null || features is null ? outputs.Features : features.call(outputs.Features),
        Tokens = outputs.Tokens is null || tokens is null ? outputs.Tokens : tokens.call(outputs.Tokens),
    };
}
