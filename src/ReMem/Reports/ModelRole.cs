namespace ReMem.Reports;

/// <summary>What a model is in a comparison.</summary>
internal enum ModelRole
{
    /// <summary>A student that is not exported.</summary>
    Student,

    /// <summary>The exported student.</summary>
    Exported,

    /// <summary>A fine-tuned teacher.</summary>
    Teacher,

    /// <summary>The linear probe on the pretrained teacher.</summary>
    Probe,
}
