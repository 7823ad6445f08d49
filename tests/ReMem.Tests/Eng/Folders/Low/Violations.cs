using ReMem.Tests.Eng.Folders.High;

namespace ReMem.Tests.Eng.Folders.Low;

/// <summary>Uses a later folder in every way that there is: one member, one way.</summary>
internal sealed class Violations : HighBase
{
    private static readonly HighBase[]? InField = null;

    [High]
    public static int InAttribute => 0;

    public static void InParameter(IReadOnlyDictionary<string, HighBase?> given) => _ = given.Count;

    public static HighBase? InResult() => null;

    public static void InCall() => HighAttribute.Call();

    public static int InFieldAccess() => HighAttribute.Field;

    public static object InTypeOf() => typeof(HighBase);

    public static object InGenericArgument() => Array.Empty<HighBase>();

    public static void InConstraint<T>()
        where T : HighBase
    {
    }

    public static IEnumerable<int> InIterator()
    {
        yield return HighAttribute.Field;
    }

    public static int InLambda() => new Func<int>(() => HighAttribute.Field)();

    public static void InCatch()
    {
        try
        {
            Harmless.All.Clear();
        }
        catch (HighBase)
        {
        }
    }

    public static bool FieldIsSet() => InField is not null;
}
