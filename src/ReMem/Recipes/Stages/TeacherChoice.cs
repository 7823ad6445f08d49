namespace ReMem.Recipes.Stages;

/// <summary>The policy chosen by 'auto', with the reason.</summary>
/// <param name="Policy">The choice.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Epochs">Length of the trials.</param>
/// <param name="Trials">All measurements, the plain model first.</param>
internal sealed record TeacherChoice(string Policy, string Reason, int Epochs, IReadOnlyList<TeacherTrial> Trials);
