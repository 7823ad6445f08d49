using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ReMem.Tests.Weights.Hub;

/// <summary>
/// A hub on 127.0.0.1 with one repository, me/model, whose branch main is <see cref="Commit"/>. It answers as the real one does, with large
/// files behind a redirect where <see cref="Cdn"/> is set, and misbehaves as a test says.
/// </summary>
internal sealed class HubServer : IDisposable
{
    public const string Repository = "me/model";
    private readonly WebApplication _app;

    public HubServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(AnswerAsync);
        _app.StartAsync().GetAwaiter().GetResult();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public string Commit { get; set; } = new('c', 40);

    /// <summary>The repository's files by name.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Files in git itself, whose ETag is git's hash; the rest is large and known by SHA-256.</summary>
    public HashSet<string> Small { get; } = ["config.json", "model.safetensors.index.json"];

    /// <summary>Where large files are redirected to; null serves them here.</summary>
    public HubServer? Cdn { get; set; }

    /// <summary>Answers in the server's stead where it returns true; the number counts this method and path from 1.</summary>
    public Func<HttpContext, int, Task<bool>>? Instead { get; set; }

    public ConcurrentQueue<Seen> Requests { get; } = [];

    public int Count(string method, string end) =>
        Requests.Count(r => r.Method == method && r.Path.EndsWith(end, StringComparison.Ordinal));

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string GitHash(byte[] bytes) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));

    /// <summary>Bytes that a seed decides.</summary>
    public static byte[] Noise(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Refuses with the hub's own code.</summary>
    public static Task<bool> Refuse(HttpContext context, int status, string? code = null)
    {
        context.Response.StatusCode = status;
        if (code is not null)
            context.Response.Headers["X-Error-Code"] = code;
        return Task.FromResult(true);
    }

    /// <summary>Sends a file's bytes, from where the Range header says.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bytes">The whole file.</param>
    /// <param name="stopAt">Cuts the connection there; null does not.</param>
    /// <param name="arrived">Where it is cut: whether the client has that many bytes, since a cut drops what is still under way.</param>
    public static async Task SendAsync(HttpContext context, byte[] bytes, int? stopAt = null, Func<int, bool>? arrived = null)
    {
        int from = 0;
        if (context.Request.Headers.Range.FirstOrDefault() is { } range && range.StartsWith("bytes=", StringComparison.Ordinal))
        {
            from = int.Parse(range[6..].TrimEnd('-'), CultureInfo.InvariantCulture);
            if (from >= bytes.Length)
            {
                context.Response.StatusCode = 416;
                return;
            }

            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        context.Response.ContentLength = bytes.Length - from;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        await context.Response.Body.WriteAsync(bytes.AsMemory(from, (stopAt ?? bytes.Length) - from));
        await context.Response.Body.FlushAsync();
        if (stopAt is not { } at)
            return;
        while (!arrived!(at))
            await Task.Delay(5);
        context.Abort();
    }

    public void Dispose() => _app.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string path = request.Path.Value ?? string.Empty;
        Requests.Enqueue(new Seen(
            request.Method, path, request.Headers.Range.FirstOrDefault(), request.Headers.Authorization.FirstOrDefault(),
            request.Headers.IfRange.FirstOrDefault()));
        int count = Requests.Count(r => r.Method == request.Method && r.Path == path);
        if (Instead is { } instead && await instead(context, count))
            return;
        if (path.Split('/') is not ["", "me", "model", "resolve", var revision, .. var rest])
        {
            await Refuse(context, 404, "RepoNotFound");
            return;
        }

        if (revision != "main" && revision != Commit)
        {
            await Refuse(context, 404, "RevisionNotFound");
            return;
        }

        context.Response.Headers["X-Repo-Commit"] = Commit;
        string file = string.Join('/', rest);
        if (!Files.TryGetValue(file, out byte[]? bytes))
        {
            await Refuse(context, 404, "EntryNotFound");
            return;
        }

        if (Small.Contains(file))
        {
            context.Response.Headers.ETag = $"\"{GitHash(bytes)}\"";
            await SendAsync(context, bytes);
            return;
        }

        context.Response.Headers["X-Linked-Etag"] = $"\"{Sha256(bytes)}\"";
        context.Response.Headers["X-Linked-Size"] = bytes.Length.ToString(CultureInfo.InvariantCulture);
        if (Cdn is { } cdn)
            context.Response.Redirect($"{cdn.Address}{Repository}/resolve/{cdn.Commit}/{file}?X-Signature=s3cret");
        else
            await SendAsync(context, bytes);
    }
}
