namespace ReMem.Training;

/// <summary>Why a training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs are finished.</summary>
    AllEpochs,

    /// <summary>Validation had not improved for <see cref="TrainingOptions.Patience"/> epochs.</summary>
    NoImprovement,
}
