using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.OnnxRuntime;
using ReMem.Data.Decoding;
using ReMem.Data.Pixels;

namespace ReMem.Inference;

/// <summary>
/// An image classifier in an ONNX file of 'remem export', in any of its forms. It reads class names and preprocessing from the file, and
/// makes of an image the very pixels that the model was evaluated on. Safe for concurrent use.
/// </summary>
public sealed class OnnxImageClassifier : IDisposable
{
    private const int Channels = 3;
    private const string FeaturesName = "features";
    private const string Remedy = "Give a file that 'remem export' wrote.";
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly ClassifierOptions _options;
    private readonly Preprocessing _preprocessing;
    private readonly string _input;
    private readonly string _output;
    private readonly bool _probabilities;

    private OnnxImageClassifier(InferenceSession session, string path, ClassifierOptions options)
    {
        (_session, _options, Path) = (session, options, path);
        IReadOnlyDictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        Labels = Read(metadata, "labels", MetadataJson.Default.StringArray);
        _preprocessing = Read(metadata, "preprocessing", MetadataJson.Default.Preprocessing);
        Architecture = metadata.GetValueOrDefault("architecture", string.Empty);
        if (!_preprocessing.IsValid || Labels.Count == 0 || session.InputMetadata.Count != 1 || session.OutputMetadata.Count == 0)
            throw Wrong("does not say how images become its input");
        _input = session.InputMetadata.Keys.Single();
        _output = session.OutputMetadata.Keys.First();
        _probabilities = _output == "probabilities";
        EmbeddingSize = session.OutputMetadata.TryGetValue(FeaturesName, out NodeMetadata? features) ? features.Dimensions[^1] : null;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>timm's name of the model; empty where the file does not say it.</summary>
    public string Architecture { get; }

    /// <summary>Class names in index order.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Side of the view that the model sees, pixels.</summary>
    public int ImageSize => _preprocessing.Size;

    /// <summary>Numbers of an embedding; null where the file has none ('remem export --features' writes them).</summary>
    public int? EmbeddingSize { get; }

    /// <summary>Loads a classifier.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="options">How it runs; null is the defaults.</param>
    /// <exception cref="ModelException">The file is missing, cannot be loaded, or is not a classifier of this kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static OnnxImageClassifier Load(string path, ClassifierOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ClassifierOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBatch, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytes, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPixels, 1, nameof(options));
        if (options.MinProbability is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.MinProbability, "MinProbability is between 0 and 1.");
        if (!File.Exists(path))
            throw new ModelException($"There is no file '{path}'. {Remedy}");
        InferenceSession? session = null;
        try
        {
            using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            if (options.Threads > 0)
                settings.IntraOpNumThreads = options.Threads;
            Use(options.Provider, settings);
            options.Configure?.Invoke(settings);
            session = new InferenceSession(path, settings);
            return new OnnxImageClassifier(session, path, options);
        }
        catch (OnnxRuntimeException e)
        {
            session?.Dispose();
            throw new ModelException($"ONNX Runtime cannot load '{path}'. {Remedy}", e);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Classifies an image file.</summary>
    /// <param name="path">JPEG, PNG, WebP, GIF, BMP or TIFF.</param>
    /// <param name="top">Classes to return, 1 or more.</param>
    /// <param name="cancellationToken">Stops before the model runs.</param>
    /// <exception cref="ImageException">The image cannot be read.</exception>
    public async Task<ImageAnswer> ClassifyAsync(string path, int top = 5, CancellationToken cancellationToken = default)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, FileOptions.Asynchronous);
            return await ClassifyAsync(file, top, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault($"The image '{path}' cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Classifies an image of a stream, which is read to its end and not closed.</summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="top">Classes to return, 1 or more.</param>
    /// <param name="cancellationToken">Stops before the model runs.</param>
    /// <exception cref="ImageException">The image cannot be read.</exception>
    public async Task<ImageAnswer> ClassifyAsync(Stream image, int top = 5, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        ReadOnlyMemory<byte>? bytes = await BoundedBytes.ReadAsync(image, _options.MaxBytes, cancellationToken).ConfigureAwait(false);
        return await ClassifyAsync(bytes ?? throw TooLarge(), top, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Classifies an encoded image.</summary>
    /// <param name="image">The file's bytes.</param>
    /// <param name="top">Classes to return, 1 or more.</param>
    /// <param name="cancellationToken">Stops before the model runs.</param>
    /// <exception cref="ImageException">The image cannot be read.</exception>
    public async Task<ImageAnswer> ClassifyAsync(ReadOnlyMemory<byte> image, int top = 5, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ImageAnswer> answers = await ClassifyAsync([image], top, cancellationToken).ConfigureAwait(false);
        return answers[0];
    }

    /// <summary>Classifies several images, in batches; the answers are in their order.</summary>
    /// <param name="images">The files' bytes.</param>
    /// <param name="top">Classes to return, 1 or more.</param>
    /// <param name="cancellationToken">Stops before the model runs.</param>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public Task<IReadOnlyList<ImageAnswer>> ClassifyAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> images, int top = 5, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        return Task.Run(() => InBatches(images, cancellationToken, prepared => Run(prepared, top)), cancellationToken);
    }

    /// <summary>
    /// What the classifier sees of each image, in their order: vectors of <see cref="EmbeddingSize"/> numbers that are near each other,
    /// by the cosine, for images that are alike.
    /// </summary>
    /// <param name="images">The files' bytes.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ModelException">The file has no features.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public Task<IReadOnlyList<ReadOnlyMemory<float>>> EmbedAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        int width = RequireEmbeddings();
        return Task.Run(() => InBatches(images, cancellationToken,
            prepared => Run(prepared, FeaturesName, width, numbers => new ReadOnlyMemory<float>(numbers.ToArray()))), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    /// <summary>Numbers of an embedding.</summary>
    /// <exception cref="ModelException">The file has no features.</exception>
    internal int RequireEmbeddings() =>
        EmbeddingSize ?? throw new ModelException($"The file '{Path}' has no features. Write it by 'remem export --features'.");

    /// <summary>Decodes an image and makes its view, so that faults are known before it joins a batch.</summary>
    /// <param name="image">The file's bytes.</param>
    /// <exception cref="ImageException">The image cannot be read.</exception>
    internal PreparedImage Prepare(ReadOnlyMemory<byte> image)
    {
        if (image.Length > _options.MaxBytes)
            throw TooLarge();
        try
        {
            RgbImage decoded = ImageDecoder.Decode(image.ToArray(), "image", _options.MaxPixels);
            return new PreparedImage(_preprocessing.TakesImages
                ? decoded
                : CenterView.Apply(decoded, _preprocessing.Size, _preprocessing.CropPct, _preprocessing.Interpolation));
        }
        catch (InputException e)
        {
            throw Fault(e.Message, e);
        }
    }

    /// <summary>Runs the model on prepared images, at most <see cref="ClassifierOptions.MaxBatch"/> at once.</summary>
    /// <param name="images">Of <see cref="Prepare"/>.</param>
    /// <param name="top">Classes of each answer.</param>
    internal IReadOnlyList<ImageAnswer> Run(IReadOnlyList<PreparedImage> images, int top) =>
        Run(images, _output, Labels.Count, scores => Answer(scores, top));

    private List<T> Run<T>(IReadOnlyList<PreparedImage> images, string output, int width, Func<ReadOnlySpan<float>, T> read)
    {
        var answers = new List<T>(images.Count);
        int most = _preprocessing.TakesImages ? 1 : _options.MaxBatch;
        foreach (PreparedImage[] batch in images.Chunk(most))
            RunBatch(batch, output, width, numbers => answers.Add(read(numbers)));
        return answers;
    }

    private IReadOnlyList<T> InBatches<T>(
        IReadOnlyList<ReadOnlyMemory<byte>> images, CancellationToken cancellationToken,
        Func<PreparedImage[], IReadOnlyList<T>> run)
    {
        var answers = new List<T>(images.Count);
        foreach (ReadOnlyMemory<byte>[] some in images.Chunk(_options.MaxBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var prepared = new PreparedImage[some.Length];
            if (some.Length == 1)
                prepared[0] = Prepare(some[0]);
            else
                PrepareAll(some, prepared);
            cancellationToken.ThrowIfCancellationRequested();
            answers.AddRange(run(prepared));
        }

        return answers;
    }

    private void PrepareAll(ReadOnlyMemory<byte>[] images, PreparedImage[] prepared)
    {
        try
        {
            Parallel.For(0, images.Length, i => prepared[i] = Prepare(images[i]));
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<ImageException>().FirstOrDefault() is { } fault)
        {
            throw new ImageException(fault.Message, e);
        }
    }

    private void RunBatch(PreparedImage[] images, string output, int width, Action<ReadOnlySpan<float>> each)
    {
        long start = Stopwatch.GetTimestamp();
        RgbImage first = images[0].View;
        int pixels = first.Width * first.Height, length = checked(images.Length * Channels * pixels);
        if (_preprocessing.TakesImages || _preprocessing.TakesPixels)
        {
            byte[] input = ArrayPool<byte>.Shared.Rent(length);
            for (int i = 0; i < images.Length; i++)
                images[i].View.Pixels.AsSpan(0, Channels * pixels).CopyTo(input.AsSpan(i * Channels * pixels));
            Run(input, length, [images.Length, first.Height, first.Width, Channels], output, width, each);
        }
        else
        {
            float[] input = ArrayPool<float>.Shared.Rent(length);
            byte[] plane = ArrayPool<byte>.Shared.Rent(pixels);
            for (int i = 0; i < images.Length; i++)
                Normalize(images[i].View.Pixels, plane.AsSpan(0, pixels), input.AsSpan(i * Channels * pixels, Channels * pixels));
            ArrayPool<byte>.Shared.Return(plane);
            Run(input, length, [images.Length, Channels, first.Height, first.Width], output, width, each);
        }

        ClassifierMeter.Ran(images.Length, start);
    }

    /// <summary>Interleaved pixels to normalised planes.</summary>
    private void Normalize(byte[] pixels, Span<byte> plane, Span<float> into)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int i = 0; i < plane.Length; i++)
                plane[i] = pixels[(Channels * i) + channel];
            PixelScaling.Fill(plane, into.Slice(channel * plane.Length, plane.Length), _preprocessing.Mean[channel],
                _preprocessing.Std[channel]);
        }
    }

    /// <summary>Runs the model, hands out the output's rows and returns the rented input.</summary>
    private void Run<T>(T[] input, int length, long[] shape, string output, int width, Action<ReadOnlySpan<float>> each)
        where T : unmanaged
    {
        try
        {
            using OrtValue value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, input.AsMemory(0, length), shape);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, [_input], [value], [output]);
            ReadOnlySpan<float> numbers = outputs[0].GetTensorDataAsSpan<float>();
            if (numbers.Length != shape[0] * width)
                throw Wrong($"answers {numbers.Length} numbers for {shape[0]} images of {width} each");
            for (int i = 0; i < numbers.Length; i += width)
                each(numbers.Slice(i, width));
        }
        catch (OnnxRuntimeException e)
        {
            throw Wrong("cannot be run by ONNX Runtime", e);
        }
        finally
        {
            ArrayPool<T>.Shared.Return(input);
        }
    }

    private ImageAnswer Answer(ReadOnlySpan<float> scores, int top)
    {
        double[] probabilities = new double[scores.Length];
        double largest = double.NegativeInfinity, sum = 0;
        foreach (float score in scores)
            largest = Math.Max(largest, score);
        for (int i = 0; i < scores.Length; i++)
            sum += probabilities[i] = _probabilities ? scores[i] : Math.Exp(scores[i] - largest);
        double whole = _probabilities ? 1 : sum;
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort([.. probabilities.Select(p => -p)], order);
        ClassProbability[] best =
        [
            .. order.Take(top).Select(i => new ClassProbability(Labels[i], i, (float)(probabilities[i] / whole))),
        ];
        return new ImageAnswer(best, best[0].Probability >= _options.MinProbability);
    }

    private static void Use(ExecutionProvider provider, SessionOptions settings)
    {
        try
        {
            switch (provider)
            {
                case ExecutionProvider.Cpu:
                    break;
                case ExecutionProvider.Cuda:
                    settings.AppendExecutionProvider_CUDA();
                    break;
                case ExecutionProvider.DirectMl:
                    settings.AppendExecutionProvider_DML();
                    break;
                case ExecutionProvider.CoreMl:
                    settings.AppendExecutionProvider_CoreML();
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(provider), provider, "This is no provider.");
            }
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
        {
            throw new ModelException(
                $"The ONNX Runtime of this program cannot compute with {provider} here. Add its package for it, or take "
                    + $"{ExecutionProvider.Cpu}.", e);
        }
    }

    private ImageException TooLarge() => Fault($"The image has more than the allowed {_options.MaxBytes} bytes.", null);

    private static ImageException Fault(string message, Exception? inner)
    {
        ClassifierMeter.Fault();
        return new ImageException(message, inner);
    }

    private ModelException Wrong(string why, Exception? inner = null) => new($"The file '{Path}' {why}. {Remedy}", inner);

    private T Read<T>(IReadOnlyDictionary<string, string> metadata, string key, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return metadata.TryGetValue(key, out string? text) && JsonSerializer.Deserialize(text, type) is { } value
                ? value
                : throw Wrong($"has no '{key}' in its metadata");
        }
        catch (JsonException e)
        {
            throw Wrong($"has an unreadable '{key}' in its metadata", e);
        }
    }
}
