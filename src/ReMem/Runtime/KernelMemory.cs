using System.Globalization;
using System.Text;

namespace ReMem.Runtime;

/// <summary>The outcomes of checking the kernels of this machine, stored between processes.</summary>
/// <remarks>
/// A text file: the key's lines, an empty one, then a line per outcome with fields between tabs. Every start of the program reads it;
/// a parser of JSON alone takes longer to be compiled than everything else that a start does for the choice.
/// </remarks>
/// <param name="key">What the outcomes depend on: processor, libtorch, the checks themselves.</param>
/// <param name="folder">Where they are stored; null is the user's cache folder.</param>
internal sealed class KernelMemory(string key, string? folder = null)
{
    private const int Fields = 12;

    // No cryptographic hash: loading its library takes longer than all else here, and the file holds the whole key.
    private readonly string _path = Path.Combine(folder ?? UserCache.Folder("kernels"), $"{CounterRandom.Fnv1a(key):x8}.txt");

    /// <summary>The stored outcomes; empty where there are none, or they cannot be read.</summary>
    public IReadOnlyList<KernelOutcome> Read()
    {
        try
        {
            if (!File.Exists(_path))
                return [];
            string text = Encoding.UTF8.GetString(File.ReadAllBytes(_path));
            string head = key + "\n\n";
            if (!text.StartsWith(head, StringComparison.Ordinal) || text.Length == head.Length || text[^1] != '\n')
                return [];
            string[] lines = text[head.Length..^1].Split('\n');
            var outcomes = new KernelOutcome[lines.Length];
            for (int i = 0; i < lines.Length; i++)
                outcomes[i] = Parse(lines[i]);
            return outcomes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return [];
        }
    }

    /// <summary>Stores outcomes; false where they cannot be written.</summary>
    public bool TryWrite(IReadOnlyList<KernelOutcome> outcomes)
    {
        try
        {
            AtomicFile.WriteAllText(_path,
                $"{key}\n\n{string.Concat(outcomes.Where(o => o.Status != KernelStatus.NotChecked).Select(o => Line(o) + "\n"))}");
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }

    /// <summary>Waits until no other process checks the same kernels; null where the folder cannot be written.</summary>
    public IDisposable? Lock(Action waiting)
    {
        try
        {
            return FileLock.TakeAsync(_path + ".lock", waiting, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (InputException)
        {
            return null;
        }
    }

    private static string Line(KernelOutcome outcome)
    {
        static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? string.Empty;
        static string Text(string? value) => value is null ? string.Empty : string.Join(' ', value.Split('\t', '\r', '\n'));
        return string.Join('\t',
            outcome.Name, outcome.Status.ToString(), Number(outcome.Error), Number(outcome.Bf16Error), Number(outcome.Speed),
            Number(outcome.WrongCases), Number(outcome.Cases), Number(outcome.Seconds), Text(outcome.Worst), Text(outcome.Bf16Worst),
            Text(outcome.Detail), Text(outcome.Description));
    }

    private static KernelOutcome Parse(string line)
    {
        string[] fields = line.Split('\t');
        if (fields.Length != Fields)
            throw new FormatException($"A line has {fields.Length} fields, not {Fields}.");
        static double Number(string field) => double.Parse(field, CultureInfo.InvariantCulture);
        static int Count(string field) => int.Parse(field, CultureInfo.InvariantCulture);
        static string? Text(string field) => field.Length == 0 ? null : field;
        KernelStatus status = fields[1] switch
        {
            nameof(KernelStatus.Right) => KernelStatus.Right,
            nameof(KernelStatus.Wrong) => KernelStatus.Wrong,
            nameof(KernelStatus.Died) => KernelStatus.Died,
            nameof(KernelStatus.TooSlow) => KernelStatus.TooSlow,
            nameof(KernelStatus.Passed) => KernelStatus.Passed,
            _ => throw new FormatException($"'{fields[1]}' is not a status."),
        };
        return new KernelOutcome(
            fields[0], fields[11], status, Number(fields[2]), Text(fields[8]), Number(fields[3]), Text(fields[9]), Count(fields[5]),
            Count(fields[6]), Number(fields[7]), Text(fields[10]))
        {
            Speed = fields[4].Length == 0 ? null : Number(fields[4]),
        };
    }
}
