using ReMem.Models;
using ReMem.Weights;

namespace ReMem.Information;

/// <summary>A model to probe.</summary>
/// <param name="Name">Its unique name in tables and files.</param>
/// <param name="Model">In eval mode.</param>
/// <param name="Labels">The class names of its head; null where they are not known.</param>
internal sealed record ProbedModel(string Name, ImageModel Model, IReadOnlyList<string>? Labels)
{
    /// <summary>Loads the models that the command line names: model folders, or one model with its weights.</summary>
    public static IReadOnlyList<ProbedModel> Load(string[] folders, string? name, string? weights, string? prefix, int? size)
    {
        if (folders.Length > 0)
        {
            if (name is not null || weights is not null || prefix is not null || size is not null)
                throw new InputException(
                    "--model-dir holds model, weights and image size; give no --model, --weights or --image-size with it.", "command line");
            string[] names = Names(folders);
            return [.. folders.Select((folder, i) =>
            {
                (ImageModel model, IReadOnlyList<string> labels) = ModelFolder.Load(folder);
                return new ProbedModel(names[i], model, labels);
            })];
        }

        if (name is null || weights is null)
            throw new InputException("Give --model-dir DIR, or --model NAME with --weights FILE.", "command line");
        ImageModel pretrained = ModelCatalogue.Create(name,
            new ModelOptions { NumClasses = WeightLoader.CountClasses(name, weights, prefix), ImageSize = size });
        WeightLoader.Load(pretrained, weights, new WeightLoadOptions { Prefix = prefix });
        return [new ProbedModel(name, pretrained, null)];
    }

    /// <summary>The folders' names, with as many parents as needed to distinguish them.</summary>
    private static string[] Names(string[] folders)
    {
        string[][] parts = [.. folders.Select(f => Path.GetFullPath(f).Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries))];
        for (int length = 1; length <= parts.Max(p => p.Length); length++)
        {
            string[] names = [.. parts.Select(p => string.Join('-', p.TakeLast(length)))];
            if (names.Distinct().Count() == names.Length)
                return names;
        }

        throw new InputException("--model-dir names a folder twice.", "command line");
    }
}
