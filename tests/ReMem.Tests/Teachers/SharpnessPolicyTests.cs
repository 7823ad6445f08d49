using ReMem.Models;
using ReMem.Teachers;
using ReMem.Tests.Training;
using ReMem.Training;
using static ReMem.Tests.Teachers.Quadratic;
using static TorchSharp.torch;

namespace ReMem.Tests.Teachers;

/// <summary>Every form against quadratic losses, worked out by hand.</summary>
[Collection(TorchGenerator.Name)]
public class SharpnessPolicyTests
{
    private const double Rho = 0.3;
    private const double Rate = 0.1;
    private static readonly double[] A = [1, 0.5, 3];

    [Fact]
    public void Every_third_step_is_sharp_and_the_others_are_plain()
    {
        using var scope = NewDisposeScope();
        using var problem = new Quadratic();
        IGradientFunction gradient = Create("every(3)", problem);
        double[] w = Start;
        for (int step = 0; step < 7; step++)
        {
            GradientResult result = gradient.Compute(step, [problem.Loss(A)]);
            double[] expected = step % 3 == 0 ? Sharp(A, w, Rho) : Times(A, w);
            AssertClose(expected, problem.Gradient);
            Assert.Equal(Value(A, w), result.Loss, 1e-9);
            Assert.Equal(step % 3 == 0, result.Rise is not null);
            Assert.Equal(Norm(expected), result.GradientNorm, 1e-9);
            problem.Descend(Rate);
            w = Add(w, expected, -Rate);
        }
    }

    [Fact]
    public void LookSAM_reuses_the_part_at_right_angles()
    {
        using var scope = NewDisposeScope();
        using var problem = new Quadratic();
        const double alpha = 0.7;
        IGradientFunction gradient = Create("looksam(4,0.7)", problem);
        double[] w = Start, kept = [0, 0, 0];
        for (int step = 0; step < 9; step++)
        {
            gradient.Compute(step, [problem.Loss(A)]);
            double[] g = Times(A, w), expected;
            if (step % 4 == 0)
            {
                expected = Sharp(A, w, Rho);
                kept = Add(expected, g, -expected.Zip(g, (x, y) => x * y).Sum() / (Norm(g) * Norm(g)));
                Assert.True(Norm(kept) > 1e-3);
            }
            else
            {
                expected = Add(g, kept, alpha * Norm(g) / Norm(kept));
            }

            AssertClose(expected, problem.Gradient);
            AssertClose(kept, gradient.State["orthogonal"].data<double>().ToArray());
            problem.Descend(Rate);
            w = Add(w, expected, -Rate);
        }
    }

    [Theory]
    [InlineData("momentum(0.8)", 1)]
    [InlineData("msam(0.8)", -1)]
    public void Momentum_moves_along_the_mean_of_the_gradients_before(string form, int sign)
    {
        using var scope = NewDisposeScope();
        using var problem = new Quadratic();
        IGradientFunction gradient = Create(form, problem);
        double[] w = Start, mean = [0, 0, 0];
        for (int step = 0; step < 5; step++)
        {
            GradientResult result = gradient.Compute(step, [problem.Loss(A)]);
            double[] moved = step == 0 ? w : Add(w, mean, sign * Rho / Norm(mean));
            double[] expected = Times(A, moved);
            AssertClose(expected, problem.Gradient);
            AssertClose(w, problem.Weights);
            Assert.Equal(Value(A, moved), result.Loss, 1e-9);
            Assert.Null(result.Rise);
            mean = Add([.. mean.Select(m => 0.8 * m)], expected, 0.2);
            problem.Descend(Rate);
            w = Add(w, expected, -Rate);
        }
    }

    [Fact]
    public void Pieces_are_moved_by_the_gradient_of_their_sum_unless_each_has_its_own()
    {
        using var scope = NewDisposeScope();
        using var problem = new Quadratic();
        double[] first = [2, 0, 1], second = [0, 3, 1], whole = Add(first, second, 1);
        Func<Tensor>[] pieces = [problem.Loss(first), problem.Loss(second)];
        GradientResult together = Create("sam", problem).Compute(0, pieces);
        AssertClose(Sharp(whole, Start, Rho), problem.Gradient);
        Assert.Equal(Value(whole, Start), together.Loss, 1e-9);
        Assert.Equal(Value(whole, Add(Start, Times(whole, Start), Rho / Norm(Times(whole, Start)))), together.Loss + together.Rise!.Value,
            1e-9);

        GradientResult apart = Create("sam", problem, mSharpness: true).Compute(0, pieces);
        double[] expected = Add(Sharp(first, Start, Rho), Sharp(second, Start, Rho), 1);
        AssertClose(expected, problem.Gradient);
        Assert.Equal(Norm(expected), apart.GradientNorm, 1e-9);
        Assert.Equal(Value(whole, Start), apart.Loss, 1e-9);
        double moved = Value(first, Add(Start, Times(first, Start), Rho / Norm(Times(first, Start))))
            + Value(second, Add(Start, Times(second, Start), Rho / Norm(Times(second, Start))));
        Assert.Equal(moved, apart.Loss + apart.Rise!.Value, 1e-9);
        AssertClose(Start, problem.Weights);
    }

    [Fact]
    public void A_piece_that_is_not_finite_ends_m_sharpness_with_the_weights_in_place()
    {
        using var scope = NewDisposeScope();
        using var problem = new Quadratic();
        GradientResult result = Create("sam", problem, mSharpness: true).Compute(0, [problem.Loss(A), problem.Loss(1, double.NaN, 1)]);
        Assert.False(result.IsFinite);
        AssertClose(Start, problem.Weights);
    }

    [Theory]
    [InlineData("looksam(2,0.5)", "orthogonal")]
    [InlineData("momentum(0.5)", "momentum")]
    public void What_is_kept_never_takes_in_what_is_not_finite(string form, string name)
    {
        using var scope = NewDisposeScope();
        using var problem = new Quadratic();
        IGradientFunction gradient = Create(form, problem);
        gradient.Compute(0, [problem.Loss(A)]);
        double[] before = gradient.State[name].data<double>().ToArray();
        Assert.False(gradient.Compute(2, [problem.Loss(1, double.NaN, 1)]).IsFinite);

        // Finite at first and not at the moved weights: the weights come back, the step is skipped, nothing is kept.
        int pass = 0;
        gradient.Compute(4, [() => problem.Loss(A)() * (++pass == 2 ? double.NaN : 1)]);
        if (form.StartsWith("look", StringComparison.Ordinal))
            Assert.Equal(before, gradient.State[name].data<double>().ToArray());
        Assert.All(gradient.State[name].data<double>().ToArray(), v => Assert.True(double.IsFinite(v)));
        AssertClose(Start, problem.Weights);
    }

    [Fact]
    public void SAM_at_every_step_is_SAM_bit_for_bit()
    {
        using ImageModel sam = TinyTraining.Model(dropPath: 0.2), every = TinyTraining.Model(dropPath: 0.2),
            look = TinyTraining.Model(dropPath: 0.2), pieces = TinyTraining.Model(dropPath: 0.2);
        var options = new TeacherOptions { Rho = 0.1 };
        TrainingResult expected = Tune(sam, options);
        TinyTraining.AssertSame(expected, Tune(every, options with { Sharpness = "every(1)" }));
        TinyTraining.AssertSame(sam, every);
        TinyTraining.AssertSame(expected, Tune(look, options with { Sharpness = "looksam(1,0.7)" }));
        TinyTraining.AssertSame(sam, look);
        TinyTraining.AssertSame(expected, Tune(pieces, options with { MSharpness = true }));
        TinyTraining.AssertSame(sam, pieces);
    }

    [Fact]
    public void The_rise_of_an_epoch_is_the_mean_over_the_steps_that_measured_it()
    {
        using ImageModel all = TinyTraining.Model(), some = TinyTraining.Model();
        TrainingOptions still = TinyTraining.Options with { Epochs = 1, Lr = 1e-9 };
        double Rise(ImageModel model, string form) =>
            new TeacherFineTuner(still, new TeacherOptions { Rho = 0.05, Sharpness = form }).Run(TinyTraining.Job(model)).Epochs[0].Rise;
        double full = Rise(all, "sam");
        Assert.InRange(Rise(some, "every(2)") / full, 0.7, 1.4);
    }

    [Theory]
    [InlineData("sam(2)")]
    [InlineData("every")]
    [InlineData("every(0)")]
    [InlineData("every(2.5)")]
    [InlineData("looksam(5)")]
    [InlineData("looksam(5,-1)")]
    [InlineData("looksam(5,x)")]
    [InlineData("momentum(1)")]
    [InlineData("msam(-0.1)")]
    [InlineData("eevry(3)")]
    [InlineData("every(3")]
    [InlineData("")]
    public void A_form_that_is_none_is_refused_before_any_step(string form)
    {
        using ImageModel model = TinyTraining.Model(), same = TinyTraining.Model();
        InputException error = Assert.Throws<InputException>(() => Tune(model, new TeacherOptions { Rho = 0.1, Sharpness = form }));
        Assert.Equal("teacher.sharpness", error.Where);
        TinyTraining.AssertSame(same, model);
    }

    [Theory]
    [InlineData("looksam(5,0.7)")]
    [InlineData("momentum(0.9)")]
    public void One_direction_for_all_and_one_for_each_piece_exclude_each_other(string form)
    {
        using ImageModel model = TinyTraining.Model();
        InputException error =
            Assert.Throws<InputException>(() => Tune(model, new TeacherOptions { Rho = 0.1, Sharpness = form, MSharpness = true }));
        Assert.Equal("teacher.m_sharpness", error.Where);
    }

    private static IGradientFunction Create(string form, Quadratic problem, bool mSharpness = false)
    {
        IGradientFunction gradient = SharpnessPolicy.Parse(form).Create(problem.Net, problem.Parameters, _ => Rho,
            new TeacherOptions { MSharpness = mSharpness });
        return gradient;
    }

    private static TrainingResult Tune(ImageModel model, TeacherOptions options) =>
        new TeacherFineTuner(TinyTraining.Options, options).Run(TinyTraining.Job(model));
}
