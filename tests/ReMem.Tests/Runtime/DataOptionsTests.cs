using System.ComponentModel.DataAnnotations;
using System.Reflection;
using ReMem.Distillation;
using ReMem.Runtime;
using ReMem.Training;

namespace ReMem.Tests.Runtime;

public class DataOptionsTests
{
    [Fact]
    public void Every_range_of_a_real_number_is_checked_as_one()
    {
        // [Range(0, 1)] takes two integers and would round the value first: a weight of 1.4 would pass.
        PropertyInfo[] ranged =
        [
            .. typeof(DataOptions).Assembly.GetTypes().SelectMany(t => t.GetProperties())
                .Where(p => p.PropertyType == typeof(double) && p.GetCustomAttribute<RangeAttribute>() is not null),
        ];
        Assert.True(ranged.Length > 15);
        Assert.All(ranged,
            p => Assert.True(p.GetCustomAttribute<RangeAttribute>()!.OperandType == typeof(double), $"{p.DeclaringType!.Name}.{p.Name}"));
    }

    [Fact]
    public void What_is_out_of_range_is_named_with_its_value()
    {
        DataOptions.Validate(new DistillationOptions { Weight = 1 }, "distillation");
        InputException error =
            Assert.Throws<InputException>(() => DataOptions.Validate(new DistillationOptions { Weight = 1.4 }, "distillation"));
        Assert.Equal("The distillation option Weight is 1.4.", error.Message);
        Assert.Contains("between 0 and 1", error.Remedy, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => DataOptions.Validate(new TrainingOptions { WeightDecay = -0.4 }, "training"));
        Assert.Throws<InputException>(() => DataOptions.Validate(new TrainingOptions { WeightDecay = double.NaN }, "training"));
    }
}
