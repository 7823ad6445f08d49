using Mono.Cecil;
using ReMem.Models;
using ReMem.Models.Layers;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Models.Layers;

[Collection(TorchGenerator.Name)]
public class ConvolutionsTests
{
    /// <summary>
    /// The only places where libtorch is asked for a convolution; the first three ask for 1x1 ones, where <c>KernelPath</c> allows it.
    /// </summary>
    private static readonly string[] Allowed = [nameof(LinearProduct), nameof(PointwiseConvolution), nameof(KernelTiming),
        nameof(SpatialConvolution), nameof(SpatialKernels)];

    [Fact]
    public void No_other_code_makes_or_calls_a_convolution()
    {
        using ModuleDefinition library = ModuleDefinition.ReadModule(typeof(ImageModel).Assembly.Location);
        Assert.Equal(Allowed.Order(), Callers(library).Distinct().Order());
    }

    [Fact]
    public void It_would_be_seen()
    {
        using ModuleDefinition own = ModuleDefinition.ReadModule(typeof(ConvolutionsTests).Assembly.Location);
        Assert.Contains(nameof(Careless), Callers(own));
    }

    [Fact]
    public void A_1x1_convolution_of_one_group_is_pointwise_and_others_are_spatial()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.IsType<PointwiseConvolution>(Convolutions.Make(8, 16, 1));
        Assert.IsType<PointwiseConvolution>(Convolutions.Make(8, 16, 1, stride: 2, bias: false));
        Assert.IsType<SpatialConvolution>(Convolutions.Make(8, 8, 1, groups: 8));
        Assert.IsType<SpatialConvolution>(Convolutions.Make(8, 16, 1, padding: 1));
        Assert.IsType<SpatialConvolution>(Convolutions.Make(8, 16, 3, padding: 1));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(3, 1, 8)]
    public void A_layer_has_the_names_shapes_and_first_values_of_a_Conv2d(int kernel, int stride, int groups)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> Make(Func<nn.Module> make)
        {
            manual_seed(3);
            return make().state_dict();
        }

        Dictionary<string, Tensor> own = Make(() => Convolutions.Make(8, 16, kernel, stride, kernel / 2, groups));
        Dictionary<string, Tensor> expected = Make(() => nn.Conv2d(8, 16, kernel, stride, kernel / 2, groups: groups));
        Assert.Equal(expected.Keys, own.Keys);
        Assert.All(expected, t => Assert.True(Goldens.Same(t.Value, own[t.Key]), t.Key));
        Assert.Equal(["weight"], Convolutions.Make(8, 16, kernel, bias: false).state_dict().Keys);
    }

    /// <summary>Names of the types whose code asks TorchSharp for a convolution, as a layer or as a function.</summary>
    private static IEnumerable<string> Callers(ModuleDefinition module) =>
        from type in module.GetTypes()
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        let called = instruction.Operand as MethodReference
        where called?.DeclaringType.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal) == true
        let name = called.Name == ".ctor" ? called.DeclaringType.Name : called.Name
        where Starts(name, "conv") && !Starts(name, "convert")
        select Written(type).Name;

    /// <summary>The type of the source that a compiler's own type, such as a lambda's, belongs to.</summary>
    private static TypeDefinition Written(TypeDefinition type) => type.Name.StartsWith('<') ? Written(type.DeclaringType) : type;

    private static bool Starts(string name, string beginning) => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase);

    private static class Careless
    {
        public static Tensor Run(Tensor x, Tensor weight) => nn.functional.conv2d(x, weight);
    }
}
