namespace ReMem.Evaluation.Latency;

/// <summary>Times of a student and its teacher in ONNX Runtime, measured in turns.</summary>
/// <param name="Student">Milliseconds an image with one thread, median.</param>
/// <param name="Teacher">The same of the teacher.</param>
internal sealed record ModelTimes(double Student, double Teacher);
