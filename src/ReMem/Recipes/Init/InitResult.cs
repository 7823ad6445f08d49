using ReMem.Recipes.Plan;

namespace ReMem.Recipes.Init;

/// <summary>A recipe that was proposed and written.</summary>
/// <param name="Proposal">The choices, with reasons.</param>
/// <param name="Plan">The estimated cost of the run on this machine.</param>
internal sealed record InitResult(RecipeProposal Proposal, RunPlan Plan);
