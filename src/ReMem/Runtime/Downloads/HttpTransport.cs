using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace ReMem.Runtime.Downloads;

/// <summary>
/// Sends requests and follows redirects itself: a token is only sent to its own origin, and no redirect leads from https to http.
/// Transient failures become <see cref="ServerFault"/>.
/// </summary>
/// <param name="options">Timeouts, retries and limits.</param>
/// <param name="credential">The server with a token; null where there is none.</param>
internal sealed partial class HttpTransport(DownloadOptions options, Credential? credential = null)
{
    private const int MaxRedirects = 10;
    private const string NetworkRemedy = "Check the network connection (behind a proxy: HTTPS_PROXY).";

    private static readonly HttpClient Client = Create();

    /// <summary>Scheme, name and port are the same.</summary>
    public static bool SameOrigin(Uri a, Uri b) =>
        a.Scheme == b.Scheme && string.Equals(a.Host, b.Host, StringComparison.OrdinalIgnoreCase) && a.Port == b.Port;

    public static string HostOf(Uri address) =>
        address.IsDefaultPort ? address.Host : $"{address.Host}:{address.Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Sends a request; the body is not read yet.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="address">http or https.</param>
    /// <param name="with">Adds headers to the request and to those that follow redirects; null adds none.</param>
    /// <param name="authorize">Whether the address belongs to the server that has the token.</param>
    /// <param name="stay">Whether a redirect to another origin is returned rather than followed.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ServerFault">No response, or one that asks to try again: 408, 429, 5xx.</exception>
    /// <exception cref="ReMemException">A redirect that must not be followed, or a server whose certificate is not trusted.</exception>
    public async Task<HttpAnswer> SendAsync(
        HttpMethod method, Uri address, Action<HttpRequestMessage>? with, bool authorize, bool stay, CancellationToken cancellationToken)
    {
        var hops = new List<HttpResponseMessage>();
        bool home = authorize && credential is not null;
        while (true)
        {
            using var request = new HttpRequestMessage(method, address);
            with?.Invoke(request);
            home = home && SameOrigin(address, credential!.Origin);
            if (home && credential!.Token is { } token && (address.Scheme == Uri.UriSchemeHttps || address.IsLoopback))
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var answer = new HttpAnswer(await SendOnceAsync(request, cancellationToken), address, hops);
            Uri? next = Next(answer, address);
            if (next is null || (stay && !SameOrigin(next, address)))
            {
                ThrowIfPassing(answer);
                return answer;
            }

            hops.Add(answer.Response);
            string? refusal = hops.Count > MaxRedirects ? "redirects in circles"
                : next.Scheme is not ("https" or "http") || next.UserInfo.Length > 0 ? "redirects to an address that is not http or https"
                : next.Scheme == Uri.UriSchemeHttp && address.Scheme == Uri.UriSchemeHttps ? "redirects to an unencrypted connection"
                : null;
            if (refusal is not null)
            {
                answer.Dispose();
                throw new ReMemException($"{HostOf(address)} {refusal}.", remedy: "Use another source.");
            }

            address = next;
        }
    }

    private static HttpClient Create()
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            // SendOnceAsync and Downloader have their own timeouts, for headers and for each read.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("remem",
            typeof(HttpTransport).Assembly.GetName().Version?.ToString(3)));
        client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        return client;
    }

    private static Uri? Next(HttpAnswer answer, Uri address)
    {
        if ((int)answer.Response.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.OwnHeader("Location") is not { } location)
            return null;
        try
        {
            return Target(address, location);
        }
        catch (ReMemException)
        {
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Where a redirect leads.</summary>
    /// <param name="address">The address that redirects.</param>
    /// <param name="location">The header as the server wrote it.</param>
    /// <exception cref="ReMemException">It is not an address.</exception>
    internal static Uri Target(Uri address, string location)
    {
        // Some invalid hosts are only refused when the address's host name is read.
        try
        {
            if (Uri.TryCreate(address, location, out Uri? next) && next.IsAbsoluteUri
                && (next.Host.Length > 0 || next.Scheme is not ("http" or "https")))
                return next;
        }
        catch (UriFormatException)
        {
        }

        throw new ReMemException($"{HostOf(address)} redirects to '{location}', which is not an address.", remedy: "Use another source.");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string host = HostOf(request.RequestUri!);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(options.ResponseSeconds));
        try
        {
            return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServerFault(FormattableString.Invariant($"{host} did not answer within {options.ResponseSeconds:0.##} s."),
                NetworkRemedy, e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.SecureConnectionError)
        {
            throw new ReMemException($"There is no secure connection to {host}: its certificate is not trusted.",
                remedy: "Check the date, the address, and SSL_CERT_FILE.", inner: e);
        }
        catch (HttpRequestException e)
        {
            string what = e.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => $"No server of the name {host} can be found.",
                HttpRequestError.ConnectionError => $"{host} cannot be reached.",
                HttpRequestError.ProxyTunnelError => $"The proxy does not connect to {host}.",
                _ => $"{host} cut the connection.",
            };
            throw new ServerFault(what, NetworkRemedy, e);
        }
    }

    /// <summary>Throws, and disposes the response, where it asks to try again later.</summary>
    private void ThrowIfPassing(HttpAnswer answer)
    {
        HttpResponseMessage response = answer.Response;
        int status = (int)response.StatusCode;
        if (status is not (408 or 429 or >= 500))
            return;
        TimeSpan? pause = response.Headers.RetryAfter?.Delta
            ?? (response.Headers.RetryAfter?.Date is { } date
                ? Positive(date - DateTimeOffset.UtcNow)
                : WindowLeft(answer.Header("RateLimit")));
        string host = answer.Host;
        answer.Dispose();
        string asked = pause is { } p ? FormattableString.Invariant($" and asks to wait {p.TotalSeconds:0} s") : string.Empty;
        (string what, string remedy) = status == 429
            ? ($"{host} limits the rate of requests (429){asked}.",
                credential is { Token: null } ? credential.LimitRemedy : "Wait a few minutes.")
            : ($"{host} has a fault ({status}).", "Try again later.");
        throw new ServerFault(what, remedy) { RetryAfter = pause };
    }

    private static TimeSpan Positive(TimeSpan pause) => pause > TimeSpan.Zero ? pause : TimeSpan.Zero;

    /// <summary>The hub's own header: "resolvers";r=0;t=55 means that no request is allowed for 55 s.</summary>
    private static TimeSpan? WindowLeft(string? rateLimit) =>
        rateLimit is not null && WindowPattern().Match(rateLimit) is { Success: true } match
            ? TimeSpan.FromSeconds(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            : null;

    [GeneratedRegex(@";\s*t=(\d{1,6})\b")]
    private static partial Regex WindowPattern();
}
