using System.Diagnostics;
using System.Globalization;
using ReMem.Models;
using ReMem.Runtime;
using ReMem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ReMem.Bench;

/// <summary>
/// The most resident memory of two optimiser steps, each form in a process of its own,
/// since memory that one leaves would be the next one's gain.
/// </summary>
internal static class StepMemory
{
    private static readonly Form[] Forms =
    [
        new("deit_tiny_patch16_224", 224, 32, null, Precision.Fp32, 1, false),
        new("deit_tiny_patch16_224", 224, 32, "sam", Precision.Fp32, 1, false),
        new("deit_tiny_patch16_224", 224, 32, "sam", Precision.Bf16, 1, false),
        new("deit_tiny_patch16_224", 224, 32, "sam", Precision.Fp32, 4, false),
        new("deit_tiny_patch16_224", 224, 32, "sam", Precision.Fp32, 1, true),
        new("vit_large_patch16_224", 224, 8, "sam", Precision.Fp32, 1, true),
    ];

    public static void Print()
    {
        Console.WriteLine("Peak resident memory of two AdamW steps at 224 px, a process each.\n");
        Console.WriteLine("| model | batch | step | precision | pieces | grad_checkpointing | GB | seconds a step |\n| --- | --- | --- "
            + "| --- | --- | --- | --- | --- |");
        for (int index = 0; index < Forms.Length; index++)
        {
            var info = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
                info.ArgumentList.Add(typeof(StepMemory).Assembly.Location);
            foreach (string argument in (string[])["step-memory", $"{index}", $"{get_num_threads()}"])
                info.ArgumentList.Add(argument);
            using Process child = Process.Start(info)!;
            string row = child.StandardOutput.ReadToEnd().Trim();
            child.WaitForExit();
            Console.WriteLine(child.ExitCode == 0 ? row : $"{Forms[index]} failed");
        }
    }

    /// <summary>The child: 'step-memory INDEX THREADS' prints one row.</summary>
    public static void Run(int index, int threads)
    {
        Form form = Forms[index];
        set_num_threads(threads);
        using ImageModel model = BenchModel.Create(form.Model, StepComparison.Classes, form.Side);
        using IDisposable? checkpointing = model.UseGradCheckpointing(form.Checkpointing);
        using var parameters = new ParameterSet(model);
        var optimizer = new AdamW(parameters, 0.05);
        IGradientFunction gradient = StepComparison.Gradient(model, parameters, form.Sharpness);
        var options = new TrainingOptions { Precision = form.Precision };
        using Tensor images = randn(form.Batch, 3, form.Side, form.Side), labels = randint(0, 10, form.Batch).to(ScalarType.Int64);
        const int steps = 2;
        var clock = Stopwatch.StartNew();
        for (int step = 0; step < steps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            int each = form.Batch / form.Pieces;
            gradient.Compute(step, [.. Enumerable.Range(0, form.Pieces).Select(i => (Func<Tensor>)(() => Piece(i * each, each)))]);
            optimizer.Step(1e-5);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {form.Model} | {form.Batch} | {form.Sharpness ?? "plain"} | {Setting.Snake(form.Precision.ToString())} | {form.Pieces} "
                + $"| {(form.Checkpointing ? "yes" : "no")} | {ProcessMemory.Peak / 1e9:0.00} | "
                + $"{clock.Elapsed.TotalSeconds / steps:0.0} |"));

        Tensor Piece(int first, int count)
        {
            using DisposeScope scope = NewDisposeScope();
            using Scalar share = 1.0 / form.Pieces;
            return (StepComparison.Loss(model, options, images.narrow(0, first, count), labels.narrow(0, first, count)) * share)
                .MoveToOuterDisposeScope();
        }
    }

    private sealed record Form(string Model, int Side, int Batch, string? Sharpness, Precision Precision, int Pieces, bool Checkpointing);
}
