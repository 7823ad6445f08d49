using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class CpuIdentityTests
{
    [Fact]
    public void Family_model_and_stepping_come_from_the_processor_itself()
    {
        // An AMD EPYC of family 26, and an Intel Xeon, as CPUID has them.
        Assert.Equal("AuthenticAMD family 26 model 2 stepping 1", CpuIdentity.FromCpuId(Fake("AuthenticAMD", 0x00B00F21)).Name);
        Assert.Equal("GenuineIntel family 6 model 207 stepping 2", CpuIdentity.FromCpuId(Fake("GenuineIntel", 0x000C06F2)).Name);
        Assert.Matches(@"\S", CpuIdentity.Current.Name);
        if (File.Exists("/proc/cpuinfo") && File.ReadAllText("/proc/cpuinfo").Contains("cpu family", StringComparison.Ordinal))
        {
            string info = Machine.FirstProcessor();
            string Value(string key) => info.Split('\n').First(l => l.Split(':')[0].Trim() == key).Split(':')[1].Trim();
            Assert.Equal($"{Value("vendor_id")} family {Value("cpu family")} model {Value("model")} stepping {Value("stepping")}",
                CpuIdentity.Current.Name);
        }
    }

    [Fact]
    public void Other_features_or_caches_are_another_processor()
    {
        string usual = CpuIdentity.FromCpuId(Fake("GenuineIntel", 1)).Details;
        Assert.Equal(usual, CpuIdentity.FromCpuId(Fake("GenuineIntel", 1)).Details);
        Assert.NotEqual(usual, CpuIdentity.FromCpuId(Fake("GenuineIntel", 1, features: 7)).Details);
        Assert.NotEqual(usual, CpuIdentity.FromCpuId(Fake("GenuineIntel", 1, sets: 1023)).Details);
    }

    [Fact]
    public void An_arm_processor_is_named_by_its_part()
    {
        CpuIdentity arm = CpuIdentity.FromCpuInfo("processor\t: 0\nFeatures\t: fp asimd bf16\nCPU implementer\t: 0x41\nCPU variant\t: "
            + "0x1\nCPU part\t: 0xd40\nCPU revision\t: 1\n");
        Assert.Contains("implementer 0x41 part 0xd40 variant 0x1 revision 1", arm.Name, StringComparison.Ordinal);
        Assert.Equal("fp asimd bf16", arm.Details);
    }

    private static Func<int, int, (int, int, int, int)> Fake(string vendor, int version, int features = 3, int sets = 63) =>
        (leaf, sub) => leaf switch
    {
        0 => (7, Word(vendor, 0), Word(vendor, 8), Word(vendor, 4)),
        1 => (version, 99 * sub, features, 5),
        7 => (1, features, 0, 0),
        _ => sub < 2 ? (0x21, 0x01C0003F, sets, 0) : (0, 0, 0, 0),
    };

    private static int Word(string text, int at) => BitConverter.ToInt32(System.Text.Encoding.ASCII.GetBytes(text), at);
}
