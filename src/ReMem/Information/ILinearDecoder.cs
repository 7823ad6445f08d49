using static TorchSharp.torch;

namespace ReMem.Information;

/// <summary>A linear decoder, fitted in closed form: the start of every decoder.</summary>
internal interface ILinearDecoder
{
    /// <summary>The mean target [P]: the best constant prediction.</summary>
    Tensor Offset { get; }

    /// <summary>Predictions [N, P].</summary>
    Tensor Predict(Tensor features);

    /// <summary>Predictions [N, P] for the fitted rows, with errors as large as on new rows.</summary>
    Tensor PredictLeftOut(Tensor features, Tensor targets);
}
