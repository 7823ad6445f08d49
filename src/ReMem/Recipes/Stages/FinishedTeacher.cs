using ReMem.Evaluation;
using ReMem.Models;

namespace ReMem.Recipes.Stages;

/// <summary>
/// A teacher whose stage is done, for the stages that follow. Where this process trained it, its model and its answers are still in memory;
/// else the model is read from its folder when it is first asked for.
/// </summary>
/// <param name="result">Its scores.</param>
/// <param name="folder">Its stage's.</param>
/// <param name="load">Reads the model of a folder.</param>
internal sealed class FinishedTeacher(TrainedResult result, StageFolder folder, Func<string, ImageModel> load) : IDisposable
{
    private ImageModel? _model;

    /// <summary>Keeps what a training ended with.</summary>
    /// <param name="result">Its scores.</param>
    /// <param name="folder">Its stage's.</param>
    /// <param name="model">As it would be read from the folder; owned, as the answers are.</param>
    public FinishedTeacher(TrainedResult result, StageFolder folder, ImageModel model)
        : this(result, folder, _ => model) => _model = model;

    /// <summary>Its scores, and the record of its training.</summary>
    public TrainedResult Result => result;

    /// <summary>Its stage's folder.</summary>
    public StageFolder Folder => folder;

    /// <summary>The model as it is in its folder, in eval mode.</summary>
    public ImageModel Model => _model ??= load(folder.Path);

    /// <summary>What it answers on the validation split, up to the last bits; null where that is not known.</summary>
    public ModelOutputs? Validation { get; init; }

    /// <summary>What <see cref="Model"/> answers on the test split; null where that is not known.</summary>
    public ModelOutputs? Test { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model?.Dispose();
        Validation?.Dispose();
        Test?.Dispose();
    }
}
