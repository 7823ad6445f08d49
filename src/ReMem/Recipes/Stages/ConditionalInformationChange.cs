namespace ReMem.Recipes.Stages;

/// <summary>The conditional mutual information of a teacher's probabilities on training images, nats.</summary>
/// <param name="Before">Before the training that raises it.</param>
/// <param name="After">After it.</param>
internal sealed record ConditionalInformationChange(double Before, double After);
