namespace ReMem.Distillation.Targets;

/// <summary>What is averaged where a student has several teachers.</summary>
public enum TeacherAverage
{
    /// <summary>
    /// Their softened probabilities, at the objective's temperature (Hinton 2015, You 2017): a confident teacher has more influence.
    /// </summary>
    Probabilities,

    /// <summary>
    /// Their logits: the geometric mean of their probabilities, up to scale, in which a class needs a high probability from all teachers.
    /// </summary>
    Logits,
}
