namespace ReMem.Reports;

/// <summary>How many images a class has.</summary>
/// <param name="Name">The class.</param>
/// <param name="Train">Images for training.</param>
/// <param name="Validation">Images for choices.</param>
/// <param name="Test">Images for results.</param>
internal sealed record ClassCount(string Name, int Train, int Validation, int Test);
