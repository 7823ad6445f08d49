using System.CommandLine;
using ReMem.Cli.Output;
using ReMem.Recipes;

namespace ReMem.Cli.Commands;

/// <summary>Options of a command that are settings of a recipe: help, default and check are the setting's own.</summary>
internal sealed class RecipeOptions
{
    private readonly List<(Option<string?> Option, string Key)> _options = [];

    /// <summary>In the order in which they were added.</summary>
    public IEnumerable<Symbol> Symbols => _options.Select(o => o.Option);

    /// <summary>Adds an option.</summary>
    /// <param name="name">"--epochs".</param>
    /// <param name="key">The setting, "teacher.training.epochs".</param>
    /// <param name="helpName">What help calls the value; null is the words that it may be, or none.</param>
    /// <param name="value">The command's own default; null is the recipe's.</param>
    /// <param name="required">Whether it must be given.</param>
    public RecipeOptions Add(string name, string key, string? helpName = null, string? value = null, bool required = false)
    {
        RecipeSetting setting = RecipeSetting.Of(key);
        string? initial = value ?? (setting.Default is null ? null : setting.DefaultText.Trim('\''));
        string forms = setting.Reader is { } reader ? $" One of {string.Join(", ", reader.Forms)}." : string.Empty;
        var option = new Option<string?>(name)
        {
            Description = SettingHelp.Of(setting) + forms,
            HelpName = helpName ?? (setting.Choices is { } words ? string.Join('|', words) : null),
            Required = required,
        };
        if (!required && initial is not null)
            option.DefaultValueFactory = _ => initial;
        _options.Add((option, key));
        return this;
    }

    /// <summary>What the command line says of them, as key=value pairs.</summary>
    public IEnumerable<string> Pairs(ParseResult parsed) =>
        from option in _options
        let value = parsed.GetValue(option.Option)
        where value is not null
        select $"{option.Key}={CommandRecipe.Quote(value)}";
}
