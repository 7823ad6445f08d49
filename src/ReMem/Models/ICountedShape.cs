namespace ReMem.Models;

/// <summary>An architecture's numbers, from which its size is computed without building it.</summary>
internal interface ICountedShape
{
    /// <summary>What such a network is usually trained from scratch with, at a batch of 64. Default AdamW at 0.001.</summary>
    UsualRate UsualRate => new(false, 0.001, 0.05);

    /// <summary>Parameters and multiply-accumulates of one image.</summary>
    /// <param name="imageSize">Side of the square input, pixels.</param>
    /// <param name="classes">Outputs of the classifier.</param>
    ModelStatistics Count(int imageSize, int classes);
}
