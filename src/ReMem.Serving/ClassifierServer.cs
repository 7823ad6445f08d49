using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;
using Prometheus;
using ReMem.Inference;

namespace ReMem.Serving;

/// <summary>An HTTP service around a classifier.</summary>
internal static class ClassifierServer
{
    private const string KeyHeader = "X-API-Key";
    private const int MaxTop = 1000;

    /// <summary>Builds the service; it is not started. The classifier is not disposed with it.</summary>
    /// <param name="classifier">What is served.</param>
    /// <param name="options">How.</param>
    public static WebApplication Build(OnnxImageClassifier classifier, ServerOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var images = new RequestImages(options);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = images.MaxBody;
            kestrel.Limits.RequestHeadersTimeout = options.Timeout;
        }).UseUrls(options.Url);
        builder.Services.AddProblemDetails();
        builder.Services.AddOpenApi();
        builder.Services.AddRequestTimeouts(o => o.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = options.Timeout,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        });
        builder.Services.AddSingleton(classifier);
        builder.Services.AddHealthChecks().AddCheck<ImageClassifierHealthCheck>("classifier");
        builder.Services.AddSingleton(_ => new BatchQueue(classifier, options.MaxQueue, options.MaxBatch));
        WebApplication app = builder.Build();
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Explain, SuppressDiagnosticsCallback = _ => true });
        app.UseStatusCodePages();
        app.Use((context, next) => Protect(context, next, options));
        app.UseRequestTimeouts();
        // Decoding is bounded, too: a decoded photo takes a thousand times its bytes.
        var decoding = new SemaphoreSlim(Environment.ProcessorCount);
        app.MapPost("/classify", (HttpRequest request, BatchQueue queue, int? top, CancellationToken cancellationToken) =>
                Classify(request, classifier, queue, images, decoding, top ?? 5, cancellationToken))
            .AddOpenApiOperationTransformer(DescribeBody)
            .Produces<ClassifyResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithName("classify")
            .WithSummary("Classify images: a raw body, the files of a form, or base64 in JSON.");
        app.MapGet("/model", () => new ModelResponse(classifier.Architecture, classifier.ImageSize, classifier.Labels,
            options.MinProbability)).WithName("model").WithSummary("What is served.");
        app.MapHealthChecks("/healthz");
        // Listened to from the start: the default registry begins at its first scrape, and what was counted before would be lost.
        CollectorRegistry metrics = Metrics.NewCustomRegistry();
        IDisposable listener = MeterAdapter.StartListening(new MeterAdapterOptions
        {
            Registry = metrics,
            MetricFactory = Metrics.WithCustomRegistry(metrics),
        });
        app.Lifetime.ApplicationStopped.Register(listener.Dispose);
        app.MapMetrics(settings => settings.Registry = metrics, "/metrics");
        app.MapOpenApi();
        app.MapGet("/", () => Page("index.html", "text/html; charset=utf-8")).ExcludeFromDescription();
        app.MapGet("/app.js", () => Page("app.js", "text/javascript; charset=utf-8")).ExcludeFromDescription();
        return app;
    }

    private static async Task<IResult> Classify(
        HttpRequest request, OnnxImageClassifier classifier, BatchQueue queue, RequestImages reader, SemaphoreSlim decoding, int top,
        CancellationToken cancellationToken)
    {
        if (top is < 1 or > MaxTop)
            throw new BadRequestException($"'top' is {top}; it must be between 1 and {MaxTop}.", StatusCodes.Status400BadRequest);
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<ReadOnlyMemory<byte>> images = await reader.ReadAsync(request, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answers = new List<Task<ImageAnswer>>();
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                PreparedImage prepared = await Prepare(classifier, images[i], images.Count == 1 ? null : i, decoding, cancellationToken);
                answers.Add(queue.TryClassify(prepared, top, stop.Token) ?? throw Busy());
            }

            ImageAnswer[] done = await Task.WhenAll(answers);
            return Results.Ok(new ClassifyResponse([.. done.Select(Answer)], Stopwatch.GetElapsedTime(start).TotalMilliseconds));
        }
        catch
        {
            await stop.CancelAsync();
            // What else was asked for is given up; its outcome is nobody's.
            _ = Task.WhenAll(answers).ContinueWith(t => t.Exception, TaskScheduler.Default);
            throw;
        }
    }

    private static async Task<PreparedImage> Prepare(
        OnnxImageClassifier classifier, ReadOnlyMemory<byte> image, int? number, SemaphoreSlim decoding,
        CancellationToken cancellationToken)
    {
        await decoding.WaitAsync(cancellationToken);
        try
        {
            return classifier.Prepare(image);
        }
        catch (ImageException e)
        {
            throw new BadRequestException(number is null ? e.Message : $"Image {number}: {e.Message}",
                StatusCodes.Status422UnprocessableEntity);
        }
        finally
        {
            decoding.Release();
        }
    }

    private static BadRequestException Busy() =>
        new("Too many images are waiting; try again in a second.", StatusCodes.Status429TooManyRequests);

    private static AnswerJson Answer(ImageAnswer answer) => new(
        answer.Label, answer.Probability, [.. answer.Classes.Select(c => new ClassJson(c.Label, c.Index, c.Probability))]);

    /// <summary>What a body may be. It is not told to the router, which would refuse photos of another type or of none.</summary>
    private static async Task DescribeBody(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        OpenApiSchema json = await context.GetOrCreateSchemaAsync(typeof(ClassifyRequest), null, cancellationToken);
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        var form = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["images"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = file },
            },
        };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["image/*"] = new() { Schema = file },
                ["multipart/form-data"] = new() { Schema = form },
                ["application/json"] = new() { Schema = json },
            },
        };
    }

    /// <summary>Headers of every answer, and the key of those that compute or tell.</summary>
    private static Task Protect(HttpContext context, RequestDelegate next, ServerOptions options)
    {
        // An error clears the headers that were set before it.
        context.Response.OnStarting(() =>
        {
            IHeaderDictionary headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src blob: data:; "
                + "media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            headers["Referrer-Policy"] = "no-referrer";
            if (context.Response.StatusCode == StatusCodes.Status429TooManyRequests)
                headers.RetryAfter = "1";
            return Task.CompletedTask;
        });
        bool open = context.Request.Path.Value is "/" or "/app.js" or "/healthz";
        return options.ApiKey is { } key && !open && !HasKey(context.Request, key)
            ? throw new BadRequestException($"Give the service's key, in the header {KeyHeader}.", StatusCodes.Status401Unauthorized)
            : next(context);
    }

    private static bool HasKey(HttpRequest request, string key)
    {
        string given = request.Headers[KeyHeader].ToString();
        const string bearer = "Bearer ";
        string token = request.Headers.Authorization.ToString();
        if (given.Length == 0 && token.StartsWith(bearer, StringComparison.Ordinal))
            given = token[bearer.Length..];
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)),
            SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    /// <summary>Problem details of an error; nothing of what is inside is told.</summary>
    private static Task Explain(HttpContext context)
    {
        Exception? error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        (int status, string detail) = error switch
        {
            BadRequestException e => (e.Status, e.Message),
            BadHttpRequestException e => (e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? "The request is too large."
                : "The request cannot be read."),
            OperationCanceledException => (StatusCodes.Status503ServiceUnavailable, "The request took too long."),
            IOException => (StatusCodes.Status400BadRequest, "The request ended early."),
            _ => (StatusCodes.Status500InternalServerError, "The request could not be answered."),
        };
        return Results.Problem(detail, statusCode: status, title: ((HttpStatusCode)status).ToString()).ExecuteAsync(context);
    }

    private static IResult Page(string name, string type) =>
        Results.Stream(typeof(ClassifierServer).Assembly.GetManifestResourceStream(name)!, type);
}
