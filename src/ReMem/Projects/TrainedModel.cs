using ReMem.Evaluation;
using ReMem.Training;

namespace ReMem.Projects;

/// <summary>A model that was trained, in its folder.</summary>
public sealed class TrainedModel
{
    internal TrainedModel(string folder, Recipes.Stages.TrainedResult result)
    {
        Folder = folder;
        Validation = result.Validation;
        Test = result.Test;
        Training = result.Training;
    }

    /// <summary>Full path of the model folder: model.safetensors, config.json, labels.txt, and the record of its training.</summary>
    public string Folder { get; }

    /// <summary>Scores on validation.</summary>
    public ClassificationMetrics Validation { get; }

    /// <summary>Scores on test.</summary>
    public ClassificationMetrics Test { get; }

    /// <summary>The epochs.</summary>
    public TrainingResult Training { get; }
}
