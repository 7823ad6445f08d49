using ReMem.Distillation.Losses;
using ReMem.Distillation.Targets;
using ReMem.Models;
using static ReMem.Tests.Training.TinyTraining;

namespace ReMem.Tests.Distillation.Targets;

[Collection(TorchGenerator.Name)]
public class TargetSpecTests
{
    private static readonly TargetSpec All = new(9, 16, 2, new MapSpec(4, 16, 2, 2, true));

    [Fact]
    public void An_objective_of_logits_and_features_needs_no_student()
    {
        using ImageModel teacher = Model(seed: 8);
        Assert.Equal(new TargetSpec(3, TopK: 2), Of("kl + dist", 2));
        Assert.Equal(new TargetSpec(3, teacher.NumFeatures), Of("kl + hint", 3));
        Assert.Throws<ArgumentNullException>(() => Of("tokens", 0));
        InputException error = Assert.Throws<InputException>(() => Of("kl", 65536));
        Assert.Equal("The teacher cache option TopK is 65536.", error.Message);
        Assert.Equal("It must be between 0 and 65535.", error.Remedy);

        TargetSpec Of(string objective, int topK) => TargetSpec.Of(DistillationObjective.Parse(objective), null, 32, teacher, topK);
    }

    [Fact]
    public void The_top_of_more_classes_than_16_bits_number_is_refused()
    {
        new TargetSpec(65536, TopK: 5).RequireValid();
        new TargetSpec(65537).RequireValid();
        InputException error = Assert.Throws<InputException>(() => new TargetSpec(65537, TopK: 5).RequireValid());
        Assert.Equal("A top-k cache distinguishes 65536 classes, and the teacher has 65537.", error.Message);
    }

    [Fact]
    public void More_than_what_is_needed_serves_and_less_is_named()
    {
        foreach (TargetSpec needed in new[] { All, All with { Features = 0 }, All with { Maps = null },
            All with { Maps = new MapSpec(4, 16, 0, 0, false) }, All with { Maps = new MapSpec(0, 0, 2, 2, true) } })
            Assert.True(All.Serves(needed, out _));
        Lacks(All, All with { Classes = 8 }, "it has 9 classes, and 8 are needed");
        Lacks(All, All with { TopK = 0 }, "it stores the top 2 logits, and all logits are needed");
        Lacks(All with { Features = 0 }, All, "it stores no pooled features, which the objective needs");
        Lacks(All with { Maps = null }, All, "it stores no tokens and no attention, which the objective needs");
        foreach (MapSpec other in new[] { new MapSpec(3, 16, 0, 0, false), new MapSpec(0, 0, 2, 1, true), new MapSpec(0, 0, 2, 2, false) })
            Lacks(All, All with { Maps = other }, "it stores tokens or attention for another objective or student");

        static void Lacks(TargetSpec stored, TargetSpec needed, string why)
        {
            Assert.False(stored.Serves(needed, out string? lack));
            Assert.Equal(why, lack);
        }
    }

    [Fact]
    public void Only_what_is_kept_takes_numbers()
    {
        Assert.Equal([9L, 25, 25 + 256, 25 + 100, 25 + 64 + 100], new[]
        {
            new TargetSpec(9), new(9, 16), All with { Maps = new MapSpec(4, 16, 0, 0, false) },
            All with { Maps = new MapSpec(0, 0, 2, 2, true) }, All with { Maps = new MapSpec(2, 16, 2, 2, true) },
        }.Select(s => s.Width));
    }
}
