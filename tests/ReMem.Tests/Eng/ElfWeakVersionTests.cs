using System.Buffers.Binary;
using System.Text;
using ReMem.Eng;

namespace ReMem.Tests.Eng;

public sealed class ElfWeakVersionTests : IDisposable
{
    private const string Wanted = "GLIBCXX_3.4.32";
    private const int Needs = 64;
    private const int Strings = 256;
    private const int Sections = 512;

    // vna_flags of each entry of the tiny library below.
    private const int OtherFlags = Needs + 16 + 4;
    private const int WantedFlags = Needs + 32 + 4;
    private const int LibcFlags = Needs + 64 + 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Marks_the_one_entry_weak_and_changes_no_other_byte()
    {
        byte[] before = TinyLibrary();
        byte[] after = TinyLibrary();
        Assert.Equal(1, ElfWeakVersion.Apply(after, Wanted));
        int[] changed = [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i])];
        Assert.Equal([WantedFlags], changed);
        Assert.Equal(2, after[WantedFlags]);
        Assert.Equal(0, after[OtherFlags]);
        Assert.Equal(0, after[LibcFlags]);
    }

    [Fact]
    public void A_second_time_changes_nothing()
    {
        byte[] elf = TinyLibrary();
        ElfWeakVersion.Apply(elf, Wanted);
        byte[] once = [.. elf];
        Assert.Equal(0, ElfWeakVersion.Apply(elf, Wanted));
        Assert.Equal(once, elf);
    }

    [Fact]
    public void Other_flags_of_the_entry_stay()
    {
        byte[] elf = TinyLibrary();
        elf[WantedFlags] = 4;
        Assert.Equal(1, ElfWeakVersion.Apply(elf, Wanted));
        Assert.Equal(6, elf[WantedFlags]);
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.3")]
    [InlineData("GLIBCXX_3.4.320")]
    [InlineData("GLIBCXX_3.4.31")]
    public void A_version_that_no_entry_names_in_full_changes_nothing(string version)
    {
        byte[] elf = TinyLibrary();
        Assert.Equal(0, ElfWeakVersion.Apply(elf, version));
        Assert.Equal(TinyLibrary(), elf);
    }

    [Fact]
    public void A_version_in_another_needed_library_is_found_too()
    {
        byte[] elf = TinyLibrary();
        Assert.Equal(1, ElfWeakVersion.Apply(elf, "GLIBC_2.34"));
        Assert.Equal(2, elf[LibcFlags]);
        Assert.Equal(0, elf[WantedFlags]);
    }

    [Theory]
    [InlineData(0, "not an ELF file")]
    [InlineData(10, "not an ELF file")]
    [InlineData(63, "not an ELF file")]
    [InlineData(64, "points outside")]
    [InlineData(600, "points outside")]
    public void A_truncated_file_is_refused(int length, string why)
    {
        var error = Assert.Throws<InvalidDataException>(() => ElfWeakVersion.Apply(TinyLibrary()[..length], Wanted));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 'M', "not an ELF file")]
    [InlineData(4, 1, "ELF64")]
    [InlineData(5, 2, "ELF64")]
    public void Another_kind_of_file_is_refused(int offset, int value, string why)
    {
        byte[] elf = TinyLibrary();
        elf[offset] = (byte)value;
        var error = Assert.Throws<InvalidDataException>(() => ElfWeakVersion.Apply(elf, Wanted));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Needs + 8)]
    [InlineData(Needs + 16 + 8)]
    [InlineData(Needs + 16 + 12)]
    [InlineData(Sections + 64 + 24)]
    [InlineData(Sections + 64 + 40)]
    public void A_table_that_points_outside_is_refused(int offset)
    {
        byte[] elf = TinyLibrary();
        BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(offset), 0x7fffff00);
        Assert.Throws<InvalidDataException>(() => ElfWeakVersion.Apply(elf, Wanted));
    }

    [Fact]
    public void A_copy_is_patched_its_source_and_links_to_an_older_copy_are_kept()
    {
        string source = _folder.File("package.so"), copy = _folder.File(Path.Combine("obj", "copy.so")), output = _folder.File("output.so");
        File.WriteAllBytes(source, TinyLibrary());
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.WriteAllBytes(copy, [1, 2, 3]);
        if (OperatingSystem.IsWindows() || link(copy, output) != 0)
            Assert.Skip("hard links cannot be made here");
        Assert.Equal(1, ElfWeakVersion.Copy(source, copy, Wanted));
        Assert.Equal(TinyLibrary(), File.ReadAllBytes(source));
        Assert.Equal(2, File.ReadAllBytes(copy)[WantedFlags]);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(output));
        Assert.Equal([copy], Directory.GetFiles(Path.GetDirectoryName(copy)!));
    }

    [Fact]
    public void A_copy_that_is_right_already_is_not_written_again()
    {
        string source = _folder.File("package.so"), copy = _folder.File("copy.so");
        File.WriteAllBytes(source, TinyLibrary());
        ElfWeakVersion.Copy(source, copy, Wanted);
        DateTime old = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(copy, old);
        Assert.Equal(1, ElfWeakVersion.Copy(source, copy, Wanted));
        Assert.Equal(old, File.GetLastWriteTimeUtc(copy));
    }

    [Fact]
    public void The_packages_own_library_needs_the_patch_in_one_place_and_the_output_has_it()
    {
        string? packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string path = Path.Combine(packages, "torchsharp", "0.107.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        if (!File.Exists(path))
            Assert.Skip("the TorchSharp package is not in the NuGet folder");
        byte[] before = File.ReadAllBytes(path);
        byte[] after = [.. before];
        Assert.Equal(1, ElfWeakVersion.Apply(after, Wanted));
        Assert.Single(before.Zip(after), pair => pair.First != pair.Second);
        string output = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        if (OperatingSystem.IsLinux() && File.Exists(output))
            Assert.Equal(after, File.ReadAllBytes(output));
    }

    /// <summary>An ELF64 file with nothing but a version section: libstdc++ with two versions, then libc with one.</summary>
    private static byte[] TinyLibrary()
    {
        byte[] elf = new byte[Sections + (3 * 64)];
        ((byte[])[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(elf, 0);
        Int64(40, Sections);
        Int16(58, 64);
        Int16(60, 3);

        Dictionary<string, int> names = [];
        int at = Strings + 1;
        foreach (string name in (string[])["libstdc++.so.6", "GLIBCXX_3.4.30", Wanted, "libc.so.6", "GLIBC_2.34"])
        {
            names[name] = at - Strings;
            Encoding.ASCII.GetBytes(name).CopyTo(elf, at);
            at += name.Length + 1;
        }

        Need(Needs, count: 2, "libstdc++.so.6", next: 48);
        Aux(Needs + 16, "GLIBCXX_3.4.30", next: 16);
        Aux(Needs + 32, Wanted, next: 0);
        Need(Needs + 48, count: 1, "libc.so.6", next: 0);
        Aux(Needs + 64, "GLIBC_2.34", next: 0);

        Section(1, 0x6ffffffe, Needs, link: 2, info: 2);
        Section(2, 3, Strings, link: 0, info: 0);
        return elf;

        void Int16(int offset, int value) => BinaryPrimitives.WriteInt16LittleEndian(elf.AsSpan(offset), (short)value);
        void Int32(int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(offset), value);
        void Int64(int offset, long value) => BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(offset), value);

        void Need(int offset, int count, string file, int next)
        {
            Int16(offset, 1);
            Int16(offset + 2, count);
            Int32(offset + 4, names[file]);
            Int32(offset + 8, 16);
            Int32(offset + 12, next);
        }

        void Aux(int offset, string version, int next)
        {
            Int32(offset + 8, names[version]);
            Int32(offset + 12, next);
        }

        void Section(int index, int type, int offset, int link, int info)
        {
            int header = Sections + (index * 64);
            Int32(header + 4, type);
            Int64(header + 24, offset);
            Int32(header + 40, link);
            Int32(header + 44, info);
        }
    }

#pragma warning disable SYSLIB1054, IDE1006, CA2101, CA5392 // The C library's own name and signature, for one call.
    [System.Runtime.InteropServices.DllImport("libc", CharSet = System.Runtime.InteropServices.CharSet.Ansi, BestFitMapping = false)]
    private static extern int link(string existing, string created);
#pragma warning restore SYSLIB1054, IDE1006, CA2101, CA5392
}
