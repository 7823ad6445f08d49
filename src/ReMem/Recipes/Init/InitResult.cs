using ReMem.Recipes.Plan;

namespace ReMem.Recipes.Init;

/// <summary>A recipe that was proposed and written.</summary>
/// <param name="Proposal">What was chosen, and why.</param>
/// <param name="Plan">What the run will cost here.</param>
internal sealed record InitResult(RecipeProposal Proposal, RunPlan Plan);
