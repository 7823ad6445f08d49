using Mono.Cecil;
using Mono.Cecil.Cil;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

/// <summary>
/// No operator is given a number that the garbage collector may free while it is read (see <see cref="TensorMath"/>). The fault shows once
/// in hours of training, so that the compiled code is looked through for it.
/// </summary>
public sealed class ScalarLifetimeTests : IDisposable
{
    private readonly ModuleDefinition _torch = ModuleDefinition.ReadModule(typeof(torch).Assembly.Location);
    private readonly HashSet<string> _careless;

    public ScalarLifetimeTests() => _careless = Careless(_torch);

    public void Dispose() => _torch.Dispose();

    [Fact]
    public void No_operator_of_the_library_is_given_a_number_that_may_be_freed()
    {
        using ModuleDefinition library = ModuleDefinition.ReadModule(typeof(TensorMath).Assembly.Location);
        string[] found = [.. Bodies(library).SelectMany(Faults)];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData(nameof(Sum), true)]
    [InlineData(nameof(Square), true)]
    [InlineData(nameof(Limit), true)]
    [InlineData(nameof(Range), true)]
    [InlineData(nameof(Factor), true)]
    [InlineData(nameof(Kept), false)]
    public void It_would_be_seen(string method, bool faulty)
    {
        using ModuleDefinition own = ModuleDefinition.ReadModule(typeof(ScalarLifetimeTests).Assembly.Location);
        Assert.Equal(faulty,
            Faults(Bodies(own).Single(m => m.DeclaringType.Name == nameof(ScalarLifetimeTests) && m.Name == method)).Any());
    }

    private static Tensor Sum(Tensor a) => a + a;

    private static Tensor Square(Tensor a) => a.square();

    private static Tensor Limit(Tensor a) => a.clamp_min(0.5);

    private static Tensor Range() => arange(3);

    private static Tensor Factor(Tensor a) => a * 2.5;

    private static Tensor Kept(Tensor a)
    {
        using Scalar half = 0.5;
        return (a * half).Plus(a - (a / half)).Squared();
    }

    /// <summary>What a method does wrong, one line each.</summary>
    private IEnumerable<string> Faults(MethodDefinition method)
    {
        foreach (Instruction instruction in method.Body.Instructions.Where(i => i.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj))
        {
            var called = (MethodReference)instruction.Operand;

            // A number that goes into a local variable or a field is kept.
            if (MakesScalar(called)
                ? instruction.Next.OpCode.Code is not (>= Code.Stloc_0 and <= Code.Stloc_3 or Code.Stloc or Code.Stloc_S or Code.Stsfld
                    or Code.Stfld)
                : _careless.Contains(called.FullName))
                yield return $"{method.DeclaringType.FullName}.{method.Name}: {called.DeclaringType.Name}.{called.Name}";
        }
    }

    /// <summary>TorchSharp's functions that make a Scalar themselves, directly or by another.</summary>
    private static HashSet<string> Careless(ModuleDefinition torch)
    {
        ILookup<string, string> callers = Bodies(torch)
            .Where(m => !m.DeclaringType.Name.StartsWith(nameof(Scalar), StringComparison.Ordinal))
            .SelectMany(m => m.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>().Select(called => (called, m.FullName)))
            .ToLookup(call => MakesScalar(call.called) ? nameof(Scalar) : call.called.FullName, call => call.FullName);
        var found = new HashSet<string>();
        var left = new Queue<string>([nameof(Scalar)]);
        while (left.TryDequeue(out string? careless))
        {
            foreach (string caller in callers[careless].Where(found.Add))
                left.Enqueue(caller);
        }

        return found;
    }

    private static IEnumerable<MethodDefinition> Bodies(ModuleDefinition module) =>
        module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody);

    private static bool MakesScalar(MethodReference called) =>
        (called.DeclaringType.Name == nameof(Scalar) && called.Name is "op_Implicit" or ".ctor")
            || called.DeclaringType.Name == "ScalarExtensionMethods";
}
