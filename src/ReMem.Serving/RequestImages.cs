using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ReMem.Inference;

namespace ReMem.Serving;

/// <summary>Reads the images of a request: a raw body, the files of a form, or base64 in JSON.</summary>
/// <param name="options">The limits.</param>
internal sealed class RequestImages(ServerOptions options)
{
    /// <summary>Bytes of a body, at the most: base64 takes a third more.</summary>
    public long MaxBody => checked((options.MaxBytes * 3 / 2 * options.MaxImages) + (1 << 20));

    /// <summary>Reads them.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BadRequestException">It holds no images, too many, or too large ones.</exception>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> images = IsForm(request) ? await FormAsync(request, cancellationToken)
            : request.HasJsonContentType() ? await JsonAsync(request, cancellationToken)
            : [await BytesAsync(request.Body, cancellationToken)];
        return images.Count switch
        {
            0 => throw new BadRequestException("The request holds no image.", StatusCodes.Status400BadRequest),
            var n when n > options.MaxImages => throw TooMany(),
            _ => images,
        };
    }

    /// <summary>curl calls a raw body a urlencoded form where it is told nothing.</summary>
    private static bool IsForm(HttpRequest request) =>
        request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true;

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>> FormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(
                new FormOptions
                {
                    MemoryBufferThreshold = (int)Math.Min(int.MaxValue, options.MaxBytes),
                    MultipartBodyLengthLimit = MaxBody,
                    ValueCountLimit = options.MaxImages * 2,
                }, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new BadRequestException("The form cannot be read.", StatusCodes.Status400BadRequest);
        }

        if (form.Files.Count > options.MaxImages)
            throw TooMany();
        var images = new List<ReadOnlyMemory<byte>>();
        foreach (IFormFile file in form.Files)
        {
            await using Stream stream = file.OpenReadStream();
            images.Add(await BytesAsync(stream, cancellationToken));
        }

        return images;
    }

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>> JsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ClassifyRequest? read;
        try
        {
            read = await request.ReadFromJsonAsync<ClassifyRequest>(cancellationToken);
        }
        catch (JsonException)
        {
            throw new BadRequestException("The JSON cannot be read; it is {\"images\": [\"base64\"]}.", StatusCodes.Status400BadRequest);
        }

        if (read?.Images is not { } texts)
            throw new BadRequestException("The JSON has no 'images'.", StatusCodes.Status400BadRequest);
        if (texts.Count > options.MaxImages)
            throw TooMany();
        var images = new List<ReadOnlyMemory<byte>>();
        foreach (string text in texts)
        {
            try
            {
                byte[] image = Convert.FromBase64String(text ?? string.Empty);
                images.Add(image.Length <= options.MaxBytes ? image : throw TooLarge());
            }
            catch (FormatException)
            {
                throw new BadRequestException($"Image {images.Count} is not base64.", StatusCodes.Status400BadRequest);
            }
        }

        return images;
    }

    private async Task<ReadOnlyMemory<byte>> BytesAsync(Stream stream, CancellationToken cancellationToken) =>
        await BoundedBytes.ReadAsync(stream, options.MaxBytes, cancellationToken) ?? throw TooLarge();

    private BadRequestException TooLarge() =>
        new($"An image has more than the allowed {options.MaxBytes} bytes.", StatusCodes.Status413PayloadTooLarge);

    private BadRequestException TooMany() =>
        new($"A request may hold {options.MaxImages} images.", StatusCodes.Status413PayloadTooLarge);
}
