using System.ComponentModel.DataAnnotations;
using ReMem.Runtime;

namespace ReMem.Teachers;

/// <summary>What makes a teacher remember.</summary>
public sealed record TeacherOptions
{
    /// <summary>SAM's radius, 0 (the plain gradient) to 10. A recipe's methods sam and both take it. Default 0.</summary>
    [Range(0.0, 10)]
    public double Rho { get; init; }

    /// <summary>Whether the radius scales with each weight (ASAM). Default false.</summary>
    public bool Adaptive { get; init; }

    /// <summary>
    /// With a radius, how the sharp gradient is found: "sam"; "every(k)": SAM at each k-th step; "looksam(k,alpha)": its kept part between;
    /// "momentum(beta)" or "msam(beta)": up or down a running mean of gradients. k is 1 to 10000, alpha 0 to 10, beta 0 to below 1.
    /// Default sam.
    /// </summary>
    [ReadAs<SharpnessPolicy>]
    public string Sharpness { get; init; } = "sam";

    /// <summary>
    /// How the radius goes from step to step: "constant", "linear(start)" or "cosine(start)" up or down to rho,
    /// or "lr" with the learning rate. Default constant.
    /// </summary>
    [ReadAs<RadiusSchedule>]
    public string RhoSchedule { get; init; } = "constant";

    /// <summary>
    /// Whether each micro-batch of <see cref="Training.TrainingOptions.Accumulate"/> perturbs by its own gradient (m-sharpness, m the
    /// images of one) rather than all by their sum. With sam and every(k). Default false.
    /// </summary>
    public bool MSharpness { get; init; }

    /// <summary>
    /// The policy of the blocks' scales: "none", "top(k,b)", "ramp(b)", "balanced(b)", "attention_top(k,a)", "attention_ramp(a)"; in
    /// recipes also "auto", which chooses one from short trials. A recipe's methods reweighted and both take it. Default none.
    /// </summary>
    [ReadAs<ReweightingPolicy>]
    public string Reweighting { get; init; } = "none";
}
