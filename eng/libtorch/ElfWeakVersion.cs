using System;
using System.IO;
using System.Linq;
using System.Text;

namespace ReMem.Eng
{
    /// <summary>
    /// Marks one required symbol version of an ELF64 shared library as weak (VER_FLG_WEAK), so that the dynamic loader warns instead of
    /// refusing when the system's library is older. Layout of .gnu.version_r: Linux Standard Base, "Symbol Version Requirements".
    /// </summary>
    /// <remarks>Compiled twice: by the build (inline MSBuild task, hence the plain C#) and by the tests.</remarks>
    public static class ElfWeakVersion
    {
        private const int SectionTypeVersionNeeds = 0x6ffffffe;
        private const ushort WeakFlag = 0x2;

        /// <summary>Sets the weak flag on every requirement of <paramref name="version"/>.</summary>
        /// <returns>How many entries changed: 0 where none names the version or all are weak already.</returns>
        /// <exception cref="InvalidDataException">The bytes are no little-endian ELF64 file, or its tables point outside it.</exception>
        public static int Apply(byte[] elf, string version)
        {
            if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F')
                throw new InvalidDataException("not an ELF file");
            if (elf[4] != 2 || elf[5] != 1)
                throw new InvalidDataException("not a little-endian ELF64 file");

            long sections = Int64(elf, 40);
            int entrySize = UInt16(elf, 58);
            int count = UInt16(elf, 60);
            int changed = 0;
            for (int i = 0; i < count; i++)
            {
                long header = sections + ((long)i * entrySize);
                if (Int32(elf, header + 4) != SectionTypeVersionNeeds)
                    continue;
                long needs = Int64(elf, header + 24);
                int strings = Int32(elf, header + 40);
                if (strings < 0 || strings >= count)
                    throw new InvalidDataException("the version section names a string table that does not exist");
                long names = Int64(elf, sections + ((long)strings * entrySize) + 24);
                changed += ApplyToSection(elf, needs, Int32(elf, header + 44), names, version);
            }

            return changed;
        }

        /// <summary>Writes a patched copy of a library, which appears whole or not at all; the source is left as it is.</summary>
        /// <returns>How many entries differ from the source. Where the destination holds these bytes already, it is not written.</returns>
        public static int Copy(string source, string destination, string version)
        {
            byte[] bytes = File.ReadAllBytes(source);
            int changed = Apply(bytes, version);
            if (File.Exists(destination) && File.ReadAllBytes(destination).SequenceEqual(bytes))
                return changed;
            Directory.CreateDirectory(Path.Combine(destination, ".."));
            string temporary = destination + ".patched";
            File.WriteAllBytes(temporary, bytes);
            // A hard link to the old copy, in an output folder, keeps its bytes.
            File.Delete(destination);
            File.Move(temporary, destination);
            return changed;
        }

        private static int ApplyToSection(byte[] elf, long need, int needCount, long names, string version)
        {
            int changed = 0;
            for (int i = 0; i < needCount; i++)
            {
                int auxCount = UInt16(elf, need + 2);
                long aux = need + (uint)Int32(elf, need + 8);
                for (int j = 0; j < auxCount; j++)
                {
                    ushort flags = UInt16(elf, aux + 4);
                    if ((flags & WeakFlag) == 0 && NameAt(elf, names + (uint)Int32(elf, aux + 8)) == version)
                    {
                        elf[aux + 4] = (byte)(flags | WeakFlag);
                        changed++;
                    }

                    aux += (uint)Int32(elf, aux + 12);
                }

                need += (uint)Int32(elf, need + 12);
            }

            return changed;
        }

        private static string NameAt(byte[] elf, long offset)
        {
            Check(elf, offset, 1);
            int end = Array.IndexOf(elf, (byte)0, (int)offset);
            return end < 0
                ? throw new InvalidDataException("a version name does not end")
                : Encoding.ASCII.GetString(elf, (int)offset, end - (int)offset);
        }

        private static ushort UInt16(byte[] elf, long offset) => BitConverter.ToUInt16(elf, Check(elf, offset, 2));

        private static int Int32(byte[] elf, long offset) => BitConverter.ToInt32(elf, Check(elf, offset, 4));

        private static long Int64(byte[] elf, long offset) => BitConverter.ToInt64(elf, Check(elf, offset, 8));

        private static int Check(byte[] elf, long offset, int size)
        {
            if (offset < 0 || offset > elf.Length - size)
                throw new InvalidDataException("a table points outside the file");
            return (int)offset;
        }
    }
#if !TESTS

    /// <summary>The MSBuild task around <see cref="ElfWeakVersion"/>: patched copies take the places of the libraries.</summary>
    public sealed class WeakenSymbolVersion : Microsoft.Build.Utilities.Task
    {
        /// <summary>The libraries, as the SDK resolved them from packages.</summary>
        [Microsoft.Build.Framework.Required]
        public Microsoft.Build.Framework.ITaskItem[] Libraries { get; set; }

        /// <summary>The folder of the patched copies.</summary>
        [Microsoft.Build.Framework.Required]
        public string Folder { get; set; }

        [Microsoft.Build.Framework.Required]
        public string SymbolVersion { get; set; }

        /// <summary>The copies, with all that the SDK knows of the libraries.</summary>
        [Microsoft.Build.Framework.Output]
        public Microsoft.Build.Framework.ITaskItem[] Patched { get; set; }

        public override bool Execute()
        {
            Patched = new Microsoft.Build.Framework.ITaskItem[Libraries.Length];
            for (int i = 0; i < Libraries.Length; i++)
            {
                string library = Libraries[i].GetMetadata("FullPath");
                string copy = Path.GetFullPath(Path.Combine(Folder, Path.GetFileName(library)));
                try
                {
                    int changed = ElfWeakVersion.Copy(library, copy, SymbolVersion);
                    Log.LogMessage(Microsoft.Build.Framework.MessageImportance.Low, "{0}: {1} requirement(s) of {2} made weak", copy,
                        changed, SymbolVersion);
                }
                catch (InvalidDataException e)
                {
                    Log.LogError("{0} cannot be patched: {1}. Delete this package from the NuGet folder and restore again.", library,
                        e.Message);
                    return false;
                }

                Patched[i] = new Microsoft.Build.Utilities.TaskItem(copy);
                Libraries[i].CopyMetadataTo(Patched[i]);
            }

            return true;
        }
    }
#endif
}
