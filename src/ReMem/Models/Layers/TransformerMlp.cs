using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Models.Layers;

/// <summary>The MLPs of the transformers, with timm's names.</summary>
internal static class TransformerMlp
{
    private const double QuickGeluSlope = 1.702;

    /// <summary>An MLP, [B, N, C] to [B, N, C].</summary>
    /// <param name="kind">Its form.</param>
    /// <param name="width">Channels C.</param>
    /// <param name="hidden">Hidden channels H.</param>
    /// <param name="activation">Activation of the plain MLP; the other forms have their own.</param>
    /// <param name="normEpsilon">Epsilon of the norm within <see cref="MlpKind.NormedSwiGlu"/>.</param>
    public static nn.Module<Tensor, Tensor> Of(MlpKind kind, int width, int hidden, GeluKind activation, double normEpsilon) => kind switch
    {
        MlpKind.Plain => new Mlp(width, hidden, activation),
        MlpKind.PackedSwiGlu => new GluMlp(width, hidden),
        MlpKind.SplitSwiGlu => new SwiGlu(width, hidden, null),
        MlpKind.NormedSwiGlu => new SwiGlu(width, hidden, normEpsilon),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such MLP"),
    };

    private static Tensor Activate(Tensor x, GeluKind activation)
    {
        switch (activation)
        {
            case GeluKind.GeluTanh:
                return x.gelu(GELU.Approximate.tanh);
            case GeluKind.QuickGelu:
                using (Scalar slope = QuickGeluSlope)
                    return x * (x * slope).sigmoid_();
            default:
                return nn.functional.gelu(x);
        }
    }

    /// <summary>An MLP whose hidden activations can be observed.</summary>
    public abstract class Layer(string name) : nn.Module<Tensor, Tensor>(name)
    {
        /// <summary>Receives the activations [B, N, H]; null, the default, costs nothing.</summary>
        public IBlockObserver? Observer { get; set; }

        /// <summary>The activations, after the observer was called.</summary>
        protected Tensor Shown(Tensor hidden)
        {
            Observer?.Hidden(hidden);
            return hidden;
        }
    }

    /// <summary>fc2(act(fc1(x))).</summary>
    public sealed class Mlp : Layer
    {
        private readonly GeluKind _activation;
        private readonly Linear fc1;
        private readonly Linear fc2;

        public Mlp(int width, int hidden, GeluKind activation)
            : base(nameof(Mlp))
        {
            _activation = activation;
            fc1 = nn.Linear(width, hidden);
            fc2 = nn.Linear(hidden, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            return fc2.Project(Shown(Activate(fc1.Project(x), _activation))).MoveToOuterDisposeScope();
        }
    }

    /// <summary>fc2(silu(g) v) with (g, v) the halves of fc1(x); timm's <c>SwiGLUPacked</c>.</summary>
    public sealed class GluMlp : Layer
    {
        private readonly int _hidden;
        private readonly Linear fc1;
        private readonly Linear fc2;

        public GluMlp(int width, int hidden)
            : base(nameof(GluMlp))
        {
            _hidden = hidden;
            fc1 = nn.Linear(width, 2L * hidden);
            fc2 = nn.Linear(hidden, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor h = fc1.Project(x);
            Tensor gated = nn.functional.silu(h.narrow(-1, 0, _hidden)) * h.narrow(-1, _hidden, _hidden);
            return fc2.Project(Shown(gated)).MoveToOuterDisposeScope();
        }

        /// <summary>timm's initialisation: the second half almost constant at 1.</summary>
        public void InitialiseGate()
        {
            nn.init.ones_(fc1.bias!.narrow(0, _hidden, _hidden));
            nn.init.normal_(fc1.weight!.narrow(0, _hidden, _hidden), std: 1e-6);
        }
    }

    /// <summary>fc2(norm(silu(fc1_g(x)) fc1_x(x))); timm's <c>SwiGLU</c>.</summary>
    public sealed class SwiGlu : Layer
    {
        private readonly Linear fc1_g;
        private readonly Linear fc1_x;
        private readonly LayerNorm? norm;
        private readonly Linear fc2;

        public SwiGlu(int width, int hidden, double? normEpsilon)
            : base(nameof(SwiGlu))
        {
            fc1_g = nn.Linear(width, hidden);
            fc1_x = nn.Linear(width, hidden);
            if (normEpsilon is { } epsilon)
                norm = nn.LayerNorm(hidden, epsilon);
            fc2 = nn.Linear(hidden, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor gated = nn.functional.silu(fc1_g.Project(x)) * fc1_x.Project(x);
            return fc2.Project(Shown(norm is null ? gated : norm.call(gated))).MoveToOuterDisposeScope();
        }
    }
}
