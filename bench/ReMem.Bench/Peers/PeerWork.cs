using System.Text.Json.Serialization;

namespace ReMem.Bench.Peers;

/// <summary>One thing that is timed on both sides; its JSON is what the peer reads.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Size">Side of the images in pixels, or of the matrices of a product.</param>
/// <param name="Patch">The ViT's patch size; 0 for a matrix product.</param>
/// <param name="Batch">Images a step.</param>
/// <param name="Backward">Cross-entropy and its gradient after the forward pass, without an optimiser.</param>
/// <param name="Type">"float32" or "bfloat16", of weights and images alike.</param>
/// <param name="Steps">How many in one measurement.</param>
internal sealed record PeerWork(
    [property: JsonIgnore] string Name,
    [property: JsonPropertyName("size")] int Size,
    [property: JsonPropertyName("patch")] int Patch,
    [property: JsonPropertyName("batch")] int Batch,
    [property: JsonPropertyName("backward")] bool Backward,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("steps")] int Steps);
