namespace ReMem.Reports;

/// <summary>Image counts of a class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Train">Images for training.</param>
/// <param name="Validation">Images for validation.</param>
/// <param name="Test">Images for test.</param>
internal sealed record ClassCount(string Name, int Train, int Validation, int Test);
