using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace ReMem.Runtime;

/// <summary>Which processor this is, as far as the choice of kernels depends on it.</summary>
/// <param name="Name">Vendor, family, model and stepping, human-readable: "GenuineIntel family 6 model 207 stepping 2".</param>
/// <param name="Details">Features and caches, as text that is equal on equal processors.</param>
internal sealed record CpuIdentity(string Name, string Details)
{
    private static readonly Lazy<CpuIdentity> Found = new(Read);

    /// <summary>This machine's.</summary>
    public static CpuIdentity Current => Found.Value;

    private static CpuIdentity Read() => X86Base.IsSupported ? FromCpuId(X86Base.CpuId) : FromCpuInfo(Machine.FirstProcessor());

    /// <summary>From the CPUID instruction of an x86 processor (AMD64 Architecture Programmer's Manual, volume 3, appendix E).</summary>
    internal static CpuIdentity FromCpuId(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        (int last, int b, int c, int d) = cpuId(0, 0);
        static string Letters(int register) =>
            new([(char)(register & 255), (char)((register >> 8) & 255), (char)((register >> 16) & 255), (char)((register >> 24) & 255)]);
        string vendor = Letters(b) + Letters(d) + Letters(c);
        (int version, _, int features, int moreFeatures) = cpuId(1, 0);
        int family = (version >> 8) & 15, model = (version >> 4) & 15;
        if (family is 6 or 15)
            model += ((version >> 16) & 15) << 4;
        if (family == 15)
            family += (version >> 20) & 255;
        var details = new StringBuilder();
        // Plain digits: interpolation, spans and the library's vectorised digits have code that each start of the program would compile.
        void Add(char before, int register)
        {
            details.Append(before);
            for (int shift = 28; shift >= 0; shift -= 4)
                details.Append("0123456789abcdef"[(register >> shift) & 15]);
        }

        Add('f', features);
        Add(',', moreFeatures);
        for (int sub = 0; last >= 7 && sub <= 1; sub++)
        {
            (int e7, int b7, int c7, int d7) = cpuId(7, sub);
            Add(' ', sub == 0 ? 0 : e7);
            Add(',', b7);
            Add(',', c7);
            Add(',', d7);
        }

        // The caches: level and type, ways and line, sets. The first register's bits about sharing differ between cores.
        int leaf = vendor == "AuthenticAMD" ? unchecked((int)0x8000001D) : 4;
        for (int index = 0; index < 8 && (leaf != 4 || last >= 4); index++)
        {
            (int kind, int ways, int sets, _) = cpuId(leaf, index);
            if ((kind & 31) == 0)
                break;
            Add(' ', kind & 255);
            Add(',', ways);
            Add(',', sets);
        }

        static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
        return new CpuIdentity($"{vendor} family {Number(family)} model {Number(model)} stepping {Number(version & 15)}",
            details.ToString());
    }

    /// <summary>From the first processor's lines in /proc/cpuinfo.</summary>
    internal static CpuIdentity FromCpuInfo(string text)
    {
        string Value(string key) => text.Split('\n').Select(line => line.Split(':', 2))
            .FirstOrDefault(parts => parts.Length == 2 && parts[0].Trim() == key)?[1].Trim() ?? string.Empty;
        string name = $"{RuntimeInformation.ProcessArchitecture} implementer {Value("CPU implementer")} part {Value("CPU part")} "
            + $"variant {Value("CPU variant")} revision {Value("CPU revision")}";
        if (Value("CPU implementer").Length == 0)
            name = Machine.CpuModel();
        return new CpuIdentity(name, Value("Features"));
    }
}
