using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>A linear decoder, fitted in closed form: where every decoder starts.</summary>
internal interface ILinearDecoder
{
    /// <summary>The mean target [P]: the best constant.</summary>
    Tensor Offset { get; }

    /// <summary>Predictions [N, P].</summary>
    Tensor Predict(Tensor features);

    /// <summary>Predictions [N, P] for the rows that were fitted on, with errors as large as they will be on new rows.</summary>
    Tensor PredictLeftOut(Tensor features, Tensor targets);
}
