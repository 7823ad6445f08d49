using System.CommandLine;
using ReMem.Recipes;
using ReMem.Reports;

namespace ReMem.Cli.Commands;

/// <summary>remem compare: information in the teachers of several runs against accuracy of their students.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUNS")
        {
            Description =
                "Folders of finished runs and sweeps. Join those with the same images, student and student training with commas. A "
                    + "group may have a name (default: its first folder's): NAME=DIR,DIR.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out", "-o")
        {
            Description = "Where teachers.json and teachers.html go.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("runs", "compare"),
        };
        var json = Common.Json();
        Command command = Common.Command(
            "compare",
            "Plot I_hat of the teachers of several runs against the accuracy of their students, and report their rank correlation: "
                + "within each group, over all groups, and at equal teacher accuracy.",
            "remem compare grocery=runs/grocery-sweep long-tail=runs/cifar-sweep,runs/cifar --out runs/compare");
        command.Add(runs);
        command.Add(output);
        command.Add(json);
        command.Action((parsed, _) =>
        {
            IReadOnlyList<TeacherGroup> groups = TeacherGroups.Read(parsed.GetValue(runs)!);
            var study = new TeacherStudy { Groups = groups, Command = Common.CommandLine() };
            string folder = parsed.GetValue(output)!;
            study.Write(folder);
            if (parsed.GetValue(json))
            {
                Common.PrintJson(study);
                return ExitCodes.Done;
            }

            foreach (string line in TeacherStudyText.Lines(study))
                Console.WriteLine(line);
            Console.WriteLine($"\nreport: {Path.GetFullPath(Path.Combine(folder, TeacherStudy.HtmlFile))}");
            return ExitCodes.Done;
        });
        return command;
    }
}
