using ReMem.Cli.Workers;

namespace ReMem.Cli.Tests;

public class WorkerProcessTests
{
    [Theory]
    [InlineData("warning: this\nerror: System.ArithmeticException: it broke\n   at Some.Method()\n", "error: System.ArithmeticException: it broke")]
    [InlineData("terminate called after throwing\n  what(): out of memory\n", "what(): out of memory")]
    [InlineData("", "")]
    public void The_line_that_says_why_a_worker_ended_is_told(string errors, string told) => Assert.Equal(told, WorkerProcess.Cause(errors));
}
