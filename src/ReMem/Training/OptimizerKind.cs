namespace ReMem.Training;

/// <summary>What steps the weights.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay (Loshchilov 2019).</summary>
    Adamw,

    /// <summary>Adam whose steps are scaled layer by layer (You 2020), for large batches.</summary>
    Lamb,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}
