namespace ReMem.Models;

/// <summary>An architecture's numbers, from which its size is computed without building it.</summary>
internal interface ICountedShape
{
    /// <summary>Parameters and multiply-accumulates of one image.</summary>
    /// <param name="imageSize">Side of the square input, pixels.</param>
    /// <param name="classes">Outputs of the classifier.</param>
    ModelStatistics Count(int imageSize, int classes);
}
