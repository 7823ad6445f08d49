namespace ReMem.Recipes.Plan;

/// <summary>The cost of decoding images and making views.</summary>
/// <param name="Training">Seconds to decode one for training.</param>
/// <param name="Evaluation">Seconds to decode one for evaluation.</param>
/// <param name="View">Seconds to make a training view of a decoded one.</param>
/// <param name="Bytes">Bytes of a decoded image.</param>
internal sealed record DecodingRate(double Training, double Evaluation, double View, long Bytes);
