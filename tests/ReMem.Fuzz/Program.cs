using System.Globalization;
using ReMem.Fuzz;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["--child", var reader, var from, var to, var seed, var folder]:
        return Worker.Run(Readers.Find(reader), int.Parse(from), int.Parse(to), int.Parse(seed), folder);
    case ["--file", var reader, .. var files]:
        return ReadFiles(Readers.Find(reader), files);
    case [var reader, var runs, var seed, .. var rest] when int.TryParse(runs, out int count) && int.TryParse(seed, out int number):
        return Fuzz(reader == "all" ? Harness.Readers : [Readers.Find(reader).Name], count, number,
            rest is ["--keep", var keep] ? keep : null);
    default:
        Console.Error.WriteLine($"""
            Reads damaged and forged files, each reader in a process of its own.
              dotnet run --project tests/ReMem.Fuzz -- READER RUNS SEED [--keep DIR]
              dotnet run --project tests/ReMem.Fuzz -- --file READER FILE...
            READER is all (dear readers then get a tenth of the runs), or one of {string.Join(", ", Harness.Readers)}.
            """);
        return 2;
}

static int Fuzz(IReadOnlyList<string> readers, int runs, int seed, string? keep)
{
    int faults = 0;
    foreach (string name in readers)
    {
        FuzzReader reader = Readers.Find(name);
        FuzzResult result = Harness.Run(name, readers.Count > 1 && reader.IsDear ? Math.Max(1, runs / 10) : runs, seed, keep);
        faults += result.Faults.Count;
        int Count(string kind) => result.Faults.Count(f => f.Kind == kind);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {result.Runs} inputs in {result.Seconds:0.0} s; {Count("exception")} exceptions, {Count("slow")} slow, "
                + $"{Count("memory")} large, {Count("death")} deaths"));
        foreach (FuzzFault fault in result.Faults.DistinctBy(f => (f.Kind, f.Kind == "exception" ? f.What : "")).Take(20))
            Console.WriteLine($"  {fault.Kind} at {fault.Number}: {fault.What}");
    }

    return faults == 0 ? 0 : 1;
}

static int ReadFiles(FuzzReader reader, string[] files)
{
    int bad = 0;
    foreach (string file in files)
    {
        string folder = Directory.CreateTempSubdirectory("remem-fuzz-").FullName;
        string said = "read";
        try
        {
            reader.Read(File.ReadAllBytes(file), folder);
        }
        catch (ReMem.ReMemException e)
        {
            said = $"refused: {e.Message} ({e.Where}; {e.Remedy})";
        }
        catch (Exception e)
        {
            said = $"FAULT: {e}";
            bad++;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine($"{Path.GetFileName(file)}: {said}");
    }

    return bad == 0 ? 0 : 1;
}
