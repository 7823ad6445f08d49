using ReMem.Models;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Weights;

/// <summary>Brings a classifier's outputs into the order of another class list, by the classes' names.</summary>
internal static class ClassOrder
{
    private const int MaxNamed = 3;

    /// <summary>Reorders the rows of the model's classifiers in place, where the lists have the same names in another order.</summary>
    /// <param name="model">Its outputs are in the order of <paramref name="labels"/>,
    /// and afterwards in that of <paramref name="classes"/>.</param>
    /// <param name="labels">The model's class names.</param>
    /// <param name="classes">The wanted order.</param>
    /// <param name="where">The model's folder, for messages.</param>
    /// <returns>Whether anything was moved.</returns>
    /// <exception cref="InputException">The lists differ in number or names, or a name occurs twice while the order differs.</exception>
    public static bool Apply(ImageModel model, IReadOnlyList<string> labels, IReadOnlyList<string> classes, string where)
    {
        const string remedy = "Use a model that was trained on this data set's classes.";
        (labels, classes) = ([.. labels.Select(UnicodeText.Composed)], [.. classes.Select(UnicodeText.Composed)]);
        if (labels.SequenceEqual(classes))
            return false;
        if (labels.Count != classes.Count)
            throw new InputException($"The model knows {labels.Count} classes and the data set has {classes.Count}.", where, remedy);
        string[] missing = [.. classes.Except(labels)];
        if (missing.Length > 0)
        {
            string extra = string.Join(", ", labels.Except(classes).Take(MaxNamed).Select(n => $"'{n}'"));
            throw new InputException(
                "The model does not know "
                    + $"{string.Join(", ", missing.Take(MaxNamed).Select(n => $"'{n}'"))}"
                    + $"{(missing.Length > MaxNamed ? $" and {missing.Length - MaxNamed} more" : string.Empty)} "
                    + $"of the data set's classes; it has {extra} instead.",
                where, remedy);
        }

        if (labels.Distinct().Count() != labels.Count)
            throw new InputException("The model's class list names a class twice, so that its order is ambiguous.", where, remedy);
        Dictionary<string, long> place = labels.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => (long)p.i,
            StringComparer.Ordinal);
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor order = tensor(classes.Select(name => place[name]).ToArray());
        Dictionary<string, Tensor> state = model.state_dict();
        foreach (string name in model.Info.HeadTensors.Where(state.ContainsKey))
            state[name].copy_(state[name].index_select(0, order));
        return true;
    }
}
