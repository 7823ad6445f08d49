using System.Diagnostics;

namespace ReMem.Cli.Tests;

/// <summary>A disk that is too small for the first checkpoint: a small file system in memory, which only root may mount.</summary>
public class FullDiskTests
{
    [Fact]
    public void A_full_disk_is_reported_in_one_sentence_and_with_room_the_same_command_finishes()
    {
        using var work = new Workspace();
        string disk = work.At("disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk),
            "mounting a small file system takes Linux and root");
        try
        {
            CliResult Finetune() =>
                Cli.Run("finetune", work.Photos(8, 3), "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs", "1", "--rho", "0",
                "--out", Path.Combine(disk, "teacher"), "training.batch_size=8", "training.warmup_epochs=0");
            Finetune().IsBadInput("Cannot write", Path.Combine(disk, "teacher"), "no space left");
            Assert.Empty(Directory.EnumerateFiles(disk, "*.safetensors*", SearchOption.AllDirectories));

            // A teacher's cache is measured first.
            string teacher = work.At("teacher");
            CliResult Tune() => Cli.Run("finetune", work.At("photos"), "--model", "vit_pico_patch4_32", "--image-size", "32", "--epochs",
                "1", "--rho", "0", "--out", teacher, "training.batch_size=8");
            Assert.Equal(0, Tune().ExitCode);
            Cli.Run("cache", "build", work.At("photos"), "--teacher-dir", teacher, "--student", "resnet20", "--epochs", "10000", "--cache",
                Path.Combine(disk, "cache"), "training.batch_size=8")
                .IsBadInput("The teacher cache of 10000 views of 24 images needs", "of disk, and", "are free", "cache_top_k");
            Assert.Empty(Directory.EnumerateFiles(disk, "shard-*", SearchOption.AllDirectories));

            Assert.True(Run("mount", "-o", "remount,size=64m", disk));
            CliResult mended = Finetune();
            Assert.True(mended.ExitCode == 0, mended.Error);
            Assert.True(File.Exists(Path.Combine(disk, "teacher", "model.safetensors")));
        }
        finally
        {
            Run("umount", disk);
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
