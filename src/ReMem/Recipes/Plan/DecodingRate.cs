namespace ReMem.Recipes.Plan;

/// <summary>What images cost before they are views.</summary>
/// <param name="Training">Seconds to decode one for training.</param>
/// <param name="Evaluation">Seconds to decode one for evaluation.</param>
/// <param name="View">Seconds to make a training view of a decoded one.</param>
/// <param name="Bytes">Of one, decoded.</param>
internal sealed record DecodingRate(double Training, double Evaluation, double View, long Bytes);
