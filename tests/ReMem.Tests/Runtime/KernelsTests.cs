using System.Runtime.InteropServices;
using ReMem.Runtime;
using TorchSharp;

namespace ReMem.Tests.Runtime;

public sealed unsafe class KernelsTests
{
    [Fact]
    public void The_chosen_kernels_are_in_force()
    {
        KernelChoice choice = Libtorch.Load().Kernels!;
        Assert.Same(choice, Kernels.Choice);
        Assert.True(choice.IsForced || choice.Outcome!.IsRight);
        KernelSet set = KernelSet.Named(choice.Name);
        Assert.Equal(set.Products, KernelPath<ConvolutionKernel>.Choice == ConvolutionKernel.Product);
        Assert.Equal(set.OneDnn, Switch("_ZNK2at7Context17userEnabledMkldnnEv"));
    }

    [Fact]
    public void Nnpack_is_off_which_writes_a_line_at_every_convolution_of_one_thread()
    {
        Libtorch.Load();
        Assert.False(Switch("_ZNK2at7Context17userEnabledNNPACKEv"));
    }

    private static bool Switch(string name)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("the names are those of Linux");
        nint library = NativeLibrary.Load("torch_cpu", typeof(torch).Assembly, null);
        nint context = ((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "_ZN2at13globalContextEv"))();
        return ((delegate* unmanaged<nint, byte>)NativeLibrary.GetExport(library, name))(context) != 0;
    }
}
