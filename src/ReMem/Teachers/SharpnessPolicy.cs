using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Teachers;

/// <summary>How a sharpness-aware gradient is found, and at what price. docs/teachers.md compares the forms.</summary>
internal abstract record SharpnessPolicy
{
    private const string Key = "teacher.sharpness";
    private const string Example = "Write one of: sam, every(k), looksam(k,alpha), momentum(beta), msam(beta); for example every(5).";
    private const int MostSteps = 10000;

    private SharpnessPolicy()
    {
    }

    /// <summary>Whether each micro-batch may perturb by its own gradient.</summary>
    public virtual bool AllowsMicroBatches => false;

    /// <summary>Reads "sam", "every(k)", "looksam(k,alpha)", "momentum(beta)" or "msam(beta)".</summary>
    /// <exception cref="InputException">Unknown, or a number out of its range.</exception>
    public static SharpnessPolicy Parse(string text)
    {
        CallForm form = CallForm.TryRead(text) ?? throw Unreadable(text);
        int Steps() => form.WholeNumber(0, "k", 1, MostSteps, Key, Example);
        double Beta() => form.Number(0, "beta", 0, 0.9999, Key, Example);
        return (form.Name, form.Arguments.Count) switch
        {
            ("sam", 0) => new Sam(),
            ("every", 1) => new Every(Steps()),
            ("looksam", 2) => new LookSam(Steps(), form.Number(1, "alpha", 0, 10, Key, Example)),
            ("momentum", 1) => new Momentum(Beta(), 1),
            ("msam", 1) => new Momentum(Beta(), -1),
            ("sam" or "every" or "looksam" or "momentum" or "msam", _) => throw Unreadable(text),
            _ => throw Nearest.Unknown("sharpness policy", form.Name, ["sam", "every", "looksam", "momentum", "msam"], Key),
        };
    }

    /// <summary>Makes the gradient function.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="rho">The radius of a step.</param>
    /// <param name="options">ASAM and m-sharpness.</param>
    public IGradientFunction Create(TorchSharp.torch.nn.Module model, ParameterSet parameters, Func<long, double> rho, TeacherOptions options)
    {
        IGradientFunction gradient = Create(parameters, new PerturbedPass(model, parameters, options.Adaptive), rho);
        return options.MSharpness ? new MicroBatchGradient(parameters, gradient) : gradient;
    }

    private protected abstract IGradientFunction Create(ParameterSet parameters, PerturbedPass passes, Func<long, double> rho);

    private static InputException Unreadable(string text) => new($"The sharpness policy '{text}' cannot be read.", Key, Example);

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
