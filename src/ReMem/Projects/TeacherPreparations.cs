namespace ReMem.Projects;

/// <summary>How a teacher is prepared; ways may be joined (docs/teachers.md has each).</summary>
[Flags]
public enum TeacherPreparations
{
    /// <summary>Plain fine-tuning.</summary>
    Standard = 0,

    /// <summary>Sharpness-aware fine-tuning.</summary>
    Sam = 1,

    /// <summary>Reweighted MLP blocks.</summary>
    Reweighted = 2,

    /// <summary>The epoch whose outputs keep most.</summary>
    Early = 4,

    /// <summary>Logits divided by the temperature that minimises the cross-entropy on validation.</summary>
    Calibrated = 8,

    /// <summary>A few more epochs that raise the conditional mutual information.</summary>
    Mcmi = 16,

    /// <summary>Different answers to two views of an image are penalised.</summary>
    Consistent = 32,

    /// <summary>Short trials choose; stands alone.</summary>
    Auto = 64,
}
