using ReMem.Cli.Workers;

namespace ReMem.Cli.Tests;

public class WorkerProcessTests
{
    [Theory]
    [InlineData("warning: this\nerror: System.ArithmeticException: it broke\n   at Some.Method()\n",
        "error: System.ArithmeticException: it broke")]
    [InlineData("terminate called after throwing\n  what(): out of memory\n", "what(): out of memory")]
    [InlineData("", "")]
    public void The_line_with_the_cause_of_a_workers_end_is_reported(string errors, string expected) =>
        Assert.Equal(expected, WorkerProcess.Cause(errors));
}
