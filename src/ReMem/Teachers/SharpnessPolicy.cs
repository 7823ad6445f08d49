using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Teachers;

/// <summary>How a sharpness-aware gradient is found, and at what price. docs/teachers.md compares the forms.</summary>
internal abstract record SharpnessPolicy : ISettingText
{
    private static readonly CallReader<SharpnessPolicy> Reader = new(
        "sharpness policy",
        "every(5)",
        new("sam", "SAM at every step (Foret 2021)", [], _ => new Sam()),
        new("every", "SAM at each k-th step, plain steps between", [EveryStep], n => new Every((int)n[0])),
        new("looksam", "SAM at each k-th step, whose kept part serves between, alpha times as long (LookSAM, Liu 2022)",
            [EveryStep, new("alpha", 0, 10)], n => new LookSam((int)n[0], n[1])),
        new("momentum", "up a running mean of gradients, at the price of a plain step", [RunningMean], n => new Momentum(n[0], 1)),
        new("msam", "down that running mean (MSAM, Becker 2024)", [RunningMean], n => new Momentum(n[0], -1)));

    private SharpnessPolicy()
    {
    }

    /// <summary>Whether each micro-batch may perturb by its own gradient.</summary>
    public virtual bool AllowsMicroBatches => false;

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms => Reader.Forms;

    private static CallArgument EveryStep => CallArgument.Count("k", 1, 10000);

    private static CallArgument RunningMean => new("beta", 0, 0.9999);

    /// <summary>Reads one of <see cref="Forms"/>.</summary>
    /// <exception cref="InputException">Unknown, or a number out of its range.</exception>
    public static SharpnessPolicy Parse(string text, string where = "teacher.sharpness") => Reader.Read(text, where);

    /// <inheritdoc/>
    public static void RequireReadable(string text, string where) => Parse(text, where);

    /// <summary>Makes the gradient function.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="rho">The radius of a step.</param>
    /// <param name="options">ASAM and m-sharpness.</param>
    public IGradientFunction Create(TorchSharp.torch.nn.Module model, ParameterSet parameters, Func<long, double> rho,
        TeacherOptions options)
    {
        IGradientFunction gradient = Create(parameters, new PerturbedPass(model, parameters, options.Adaptive), rho);
        return options.MSharpness ? new MicroBatchGradient(parameters, gradient) : gradient;
    }

    private protected abstract IGradientFunction Create(ParameterSet parameters, PerturbedPass passes, Func<long, double> rho);

    /// <summary>SAM at every step.</summary>
    public sealed record Sam : SharpnessPolicy
    {
        /// <inheritdoc/>
        public override bool AllowsMicroBatches => true;

        private protected override IGradientFunction Create(ParameterSet parameters, PerturbedPass passes, Func<long, double> rho) =>
            new SharpnessAwareGradient(parameters, passes, rho);
    }

    /// <summary>SAM at every k-th step.</summary>
    public sealed record Every(int K) : SharpnessPolicy
    {
        /// <inheritdoc/>
        public override bool AllowsMicroBatches => true;

        private protected override IGradientFunction Create(ParameterSet parameters, PerturbedPass passes, Func<long, double> rho) =>
            new PeriodicGradient(K, new SharpnessAwareGradient(parameters, passes, rho), new PlainGradient(parameters));
    }

    /// <summary>LookSAM.</summary>
    public sealed record LookSam(int K, double Alpha) : SharpnessPolicy
    {
        private protected override IGradientFunction Create(ParameterSet parameters, PerturbedPass passes, Func<long, double> rho) =>
            new LookSamGradient(parameters, passes, rho, K, Alpha);
    }

    /// <summary>Momentum as the direction.</summary>
    public sealed record Momentum(double Beta, int Sign) : SharpnessPolicy
    {
        private protected override IGradientFunction Create(ParameterSet parameters, PerturbedPass passes, Func<long, double> rho) =>
            new MomentumAscentGradient(parameters, passes, rho, Beta, Sign);
    }
}
