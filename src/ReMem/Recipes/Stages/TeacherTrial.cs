using ReMem.Evaluation;

namespace ReMem.Recipes.Stages;

/// <summary>The information and accuracy after a short fine-tuning with one policy.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="ValidationTop1">Share in [0, 1].</param>
/// <param name="Information">I_hat of the logits on validation images, nats per pixel channel, over decoder seeds.</param>
/// <param name="Seconds">Seconds of training and measuring.</param>
internal sealed record TeacherTrial(string Policy, double ValidationTop1, Interval Information, double Seconds);
