namespace ReMem.Teachers;

/// <summary>
/// All that a method does to a teacher, with the recipe's settings for it. Teachers of the same preparation, data and training are the
/// same.
/// </summary>
/// <param name="Options">Gradient and reweighting of the fine-tuning.</param>
internal sealed record TeacherPreparation(TeacherOptions Options)
{
    /// <summary>Whether gradient and reweighting are chosen from short trials of <see cref="Methods"/>.</summary>
    public bool IsAuto { get; init; }

    /// <summary>Whether the weights are those of the epoch whose outputs keep most.</summary>
    public bool IsEarly { get; init; }

    /// <summary>Whether the logits are divided by a temperature at the end.</summary>
    public bool IsCalibrated { get; init; }

    /// <summary>Weight of the conditional mutual information; 0 has no training for it.</summary>
    public double Mcmi { get; init; }

    /// <summary>Epochs of that training.</summary>
    public int McmiEpochs { get; init; }

    /// <summary>Weight of the distance between two views; 0 shows one.</summary>
    public double Consistency { get; init; }

    /// <summary>Weight of the largest singular values.</summary>
    public double NormPenalty { get; init; }

    /// <summary>Whether batches hold two views of each image.</summary>
    public bool NeedsPairs => Consistency > 0;

    /// <summary>What is chosen from by trials, the plain one first; empty where all is given.</summary>
    /// <param name="model">timm's name.</param>
    /// <exception cref="InputException">The model has no blocks to reweight.</exception>
    public IReadOnlyList<TeacherCandidate> Candidates(string model)
    {
        bool chosen = ReweightingPolicy.Parse(Options.Reweighting) is ReweightingPolicy.Auto;
        if (IsAuto)
        {
            TeacherOptions given = chosen ? Options with { Reweighting = UsualReweighting } : Options;
            return [.. Methods.Select(m => new TeacherCandidate(m.Name, m.Options(given)!))];
        }

        if (!chosen)
            return [];
        int depth = (Models.ModelCatalogue.ShapeOf(model) ?? throw ReweightingPolicy.NoBlocks(model)).Depth;
        return [.. ReweightingPolicy.Auto.Candidates(depth).Select(p => p.ToString()!)
            .Select(policy => new TeacherCandidate(policy, Options with { Reweighting = policy }))];
    }

    /// <summary>The same without what follows the fine-tuning and needs nothing but its result.</summary>
    public TeacherPreparation FineTuning() => this with { IsCalibrated = false, Mcmi = 0, McmiEpochs = 0 };

    /// <summary>The reweighting of a recipe that names none.</summary>
    internal const string UsualReweighting = "top(4,0.5)";

    private static TeacherMethod[] Methods => [TeacherMethod.Standard, TeacherMethod.Sam, TeacherMethod.Reweighted, TeacherMethod.Both];
}
