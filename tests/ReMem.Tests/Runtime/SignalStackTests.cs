using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ReMem.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Tests.Runtime;

public sealed class SignalStackTests
{
    [Fact]
    public void A_null_reference_is_caught_after_bf16() => OnItsOwnThread(() =>
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(256, 256);
        using (Autocast.Enter(DeviceType.CPU))
            Assert.Equal(256, x.mm(x)[0, 0].to(ScalarType.Float32).item<float>());

        // Broken, this ends the process on a processor with AMX.
        for (int i = 0; i < 10; i++)
            Assert.Throws<NullReferenceException>(() => Length(null));
    });

    [Fact]
    public void A_thread_that_computes_in_bf16_has_room_and_others_stay_as_they_are()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Skip("the stack is enlarged on Linux on x64");
        OnItsOwnThread(() =>
        {
            Assert.InRange(SignalStack.Room(), 1, SignalStack.Size - 1);
            using (Autocast.Enter(DeviceType.CPU))
                Assert.Equal(SignalStack.Size, SignalStack.Room());
            SignalStack.Enlarge();
            Assert.Equal(SignalStack.Size, SignalStack.Room());
        });
        OnItsOwnThread(() => Assert.InRange(SignalStack.Room(), 1, SignalStack.Size - 1));
    }

    /// <summary>A mapping a thread would end at the system's limit of 65,530.</summary>
    [Fact]
    public void Threads_that_end_leave_nothing()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Skip("the stack is enlarged on Linux on x64");
        const int Threads = 200;
        int before = File.ReadLines("/proc/self/maps").Count();
        for (int i = 0; i < Threads; i++)
            OnItsOwnThread(SignalStack.Enlarge);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.InRange(File.ReadLines("/proc/self/maps").Count(), 0, before + Threads);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Length(int[]? numbers) => numbers![0] + numbers.Length;

    private static void OnItsOwnThread(Action action)
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(action));
        thread.Start();
        thread.Join();
        if (thrown is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(thrown);
    }
}
