using System.Net.Http.Headers;

namespace ReMem.Runtime.Downloads;

/// <summary>A server's response, with the redirects that led to it.</summary>
internal sealed class HttpAnswer(HttpResponseMessage response, Uri address, IReadOnlyList<HttpResponseMessage> hops) : IDisposable
{
    public HttpResponseMessage Response => response;

    /// <summary>The server's name for messages: no path, no query, no password.</summary>
    public string Host => HttpTransport.HostOf(address);

    /// <summary>The ETag as the server wrote it.</summary>
    public string? Etag => First(response, "ETag");

    /// <summary>A header of the response, or else of the redirects before it.</summary>
    public string? Header(string name) =>
        First(response, name) ?? hops.Reverse().Select(h => First(h, name)).FirstOrDefault(v => v is not null);

    /// <summary>A header of the response itself, as the server wrote it.</summary>
    public string? OwnHeader(string name) => First(response, name);

    public void Dispose()
    {
        response.Dispose();
        foreach (HttpResponseMessage hop in hops)
            hop.Dispose();
    }

    private static string? First(HttpResponseMessage message, string name) =>
        message.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.FirstOrDefault() : null;
}
