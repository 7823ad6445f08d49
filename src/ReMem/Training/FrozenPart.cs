using System.Globalization;
using ReMem.Models;
using ReMem.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReMem.Training;

/// <summary>
/// The part of a model that a training leaves as it is. It has no gradient, so that no step and no sharpness-aware perturbation reaches it,
/// and runs in eval mode: its BatchNorm uses and keeps the statistics it came with, and none of its blocks is dropped.
/// </summary>
internal sealed class FrozenPart : IDisposable, ISettingText
{
    private const string Where = "training.freeze";
    private readonly Parameter[] _parameters;
    private readonly nn.Module[] _modules;

    private FrozenPart(Parameter[] parameters, nn.Module[] modules) => (_parameters, _modules) = (parameters, modules);

    /// <summary>Freezes a part until the result is disposed.</summary>
    /// <param name="model">Whose part.</param>
    /// <param name="freeze">See <see cref="TrainingOptions.Freeze"/>.</param>
    /// <exception cref="InputException">The model has no such part, or nothing else.</exception>
    public static FrozenPart Of(ImageModel model, string freeze)
    {
        (string Name, Parameter Value)[] all = [.. model.named_parameters().Select(p => (p.name, p.parameter))];
        Func<string, bool> isFrozen = Choose(model, freeze, [.. all.Select(p => p.Name)]);
        Parameter[] frozen = [.. all.Where(p => isFrozen(p.Name) && p.Value.requires_grad).Select(p => p.Value)];
        if (frozen.Length > 0 && all.All(p => isFrozen(p.Name)))
            throw new InputException($"Freezing '{freeze}' leaves nothing of '{model.Info.Name}' to train.", Where, "Freeze less of it.");
        nn.Module[] modules =
        [
            .. model.named_modules()
                .Where(m => m.name.Length > 0 && all.Any(p => IsWithin(p.Name, m.name))
                    && all.All(p => !IsWithin(p.Name, m.name) || isFrozen(p.Name)))
                .Select(m => m.module),
        ];
        foreach (Parameter parameter in frozen)
            parameter.requires_grad = false;
        return new FrozenPart(frozen, modules);
    }

    /// <inheritdoc/>
    public static IReadOnlyList<SettingForm> Forms { get; } =
    [
        new("none", "everything is trained"),
        new("6", "what embeds the image and so many blocks, from the bottom; all blocks leave the classifier alone"),
        new("patch_embed, blocks.0", "modules or parameters by their names"),
    ];

    /// <inheritdoc/>
    public static void RequireReadable(string freeze, string where)
    {
        bool number = long.TryParse(freeze, NumberStyles.Integer, CultureInfo.InvariantCulture, out long blocks);
        if (number ? blocks < 1 : string.IsNullOrWhiteSpace(freeze) || Names(freeze).Any(n => n.Length == 0))
            throw Unreadable(freeze, where);
    }

    /// <summary>Puts the frozen part in eval mode, after the model was put in training mode.</summary>
    public void SetEval()
    {
        foreach (nn.Module module in _modules)
            module.eval();
    }

    /// <summary>Lets the part be trained again.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in _parameters)
            parameter.requires_grad = true;
    }

    private static Func<string, bool> Choose(ImageModel model, string freeze, string[] parameters)
    {
        if (freeze == "none")
            return _ => false;
        RequireReadable(freeze, Where);
        if (int.TryParse(freeze, NumberStyles.Integer, CultureInfo.InvariantCulture, out int blocks))
        {
            var groups = new LayerGroups(model);
            return blocks <= groups.Blocks
                ? name => groups.Of(name) <= blocks
                : throw new InputException($"Of '{model.Info.Name}' {blocks} blocks are to be frozen, but it has {groups.Blocks}.", Where,
                    $"Freeze 1 to {groups.Blocks}.");
        }

        string[] names = [.. Names(freeze)];
        string[] known = [.. model.named_modules().Select(m => m.name).Where(n => n.Length > 0), .. parameters];
        foreach (string name in names)
        {
            if (!parameters.Any(p => IsWithin(p, name)))
                throw Nearest.Unknown($"part of '{model.Info.Name}'", name, known, Where);
        }

        return parameter => names.Any(n => IsWithin(parameter, n));
    }

    private static IEnumerable<string> Names(string freeze) => freeze.Split(',').Select(n => n.Trim().TrimEnd('.'));

    private static bool IsWithin(string parameter, string part) =>
        parameter.StartsWith(part, StringComparison.Ordinal) && (parameter.Length == part.Length || parameter[part.Length] == '.');

    private static InputException Unreadable(string freeze, string where) =>
        new($"What to freeze is '{freeze}', which cannot be read.", where,
            "Write none, a number of blocks such as 6, or names such as 'patch_embed, blocks.0'.");
}
