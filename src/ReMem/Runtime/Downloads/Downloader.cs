using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace ReMem.Runtime.Downloads;

/// <summary>
/// Downloads files: continues interrupted transfers, retries transient failures, and checks size and hash before a file gets its name.
/// </summary>
internal sealed class Downloader(DownloadOptions options, HttpTransport http, IProgress<TransferProgress>? progress)
{
    private const int BufferBytes = 1 << 18;

    private const long WorthALine = 100_000;

    /// <summary>A try that received this much counts as progress; with less, the retries might never end.</summary>
    private const long HeadwayBytes = 1 << 20;

    /// <summary>Downloads the file. The caller holds a lock on its target.</summary>
    /// <exception cref="InputException">The server refuses, or the file cannot be written.</exception>
    /// <exception cref="ReMemException">Server or network failed; the partial file stays for the next try.</exception>
    public async Task RunAsync(Download file, CancellationToken cancellationToken)
    {
        var retry = new Retry(options, options.Attempts, text => Report(file.Name, text));
        var clock = Stopwatch.StartNew();
        if (FileKind.Other(file.Target) is { } other)
            throw new InputException($"Cannot write '{file.Target}': it is {other}, not a file.",
                remedy: "Remove it, or choose another folder.");
        string? earlier = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file.Partial)!);
            while (true)
            {
                long before = LengthOf(file.Partial);
                try
                {
                    string? problem = await ReceiveAsync(file, cancellationToken);
                    problem ??= file.Check is { } check ? await check.ProblemAsync(file.Partial, cancellationToken) : null;
                    if (problem is null)
                        break;
                    File.Delete(file.Partial);
                    if (earlier is not null)
                        throw new ReMemException(
                            $"'{file.Name}' cannot be downloaded completely from {HttpTransport.HostOf(file.Address)}: {problem}.",
                            remedy: "Try again later, or use another source.");
                    // The partial file may have been of another version: once more from the start.
                    earlier = problem;
                    Report(file.Name, $"{problem}; downloading it from the start");
                }
                catch (ServerFault fault)
                {
                    if (LengthOf(file.Partial) - before >= HeadwayBytes)
                        retry.Reset();
                    await retry.PauseAsync(fault, cancellationToken);
                }
            }

            long bytes = LengthOf(file.Partial);
            File.Move(file.Partial, file.Target, overwrite: true);
            if (bytes >= WorthALine)
                Report(file.Name, FormattableString.Invariant($"downloaded, {bytes / 1e6:0.0} MB in {clock.Elapsed.TotalSeconds:0.0} s"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Network errors are ServerFault by now.
            throw AtomicFile.CannotWrite(file.Target, e);
        }
    }

    /// <summary>Reports a line about a file.</summary>
    public void Report(string name, string text) => progress?.Report(new TransferProgress(name, Message: text));

    private static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Receives the missing bytes.</summary>
    /// <returns>Why the received bytes cannot be used, as a clause; null where the file is complete.</returns>
    private async Task<string?> ReceiveAsync(Download file, CancellationToken cancellationToken)
    {
        using var partial = new FileStream(file.Partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (!file.Resumable || partial.Length > file.Size)
            partial.SetLength(0);
        if (partial.Length == file.Size)
            return null;
        long have = partial.Length;
        using HttpAnswer answer = await http.SendAsync(HttpMethod.Get, file.Address, r => AskForRest(r, file, have), file.Authorize,
            stay: false, cancellationToken);
        HttpResponseMessage response = answer.Response;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            return $"{answer.Host} does not have the rest of it";
        if (!response.IsSuccessStatusCode)
            throw file.Refusal(answer);
        if (file.Etag is not null && answer.Etag != file.Etag)
            throw new ReMemException($"'{file.Name}' changed on {answer.Host} while it was downloaded.",
                remedy: "Run the same command again.");
        ContentRangeHeaderValue? range = response.StatusCode == HttpStatusCode.PartialContent
            ? response.Content.Headers.ContentRange
            : null;
        if (response.StatusCode == HttpStatusCode.PartialContent && range?.From != have)
            return $"{answer.Host} sends another part of it than was asked for";
        if (range is null)
            partial.SetLength(0);
        partial.Seek(0, SeekOrigin.End);
        long? announced = range is null ? response.Content.Headers.ContentLength : range.Length;
        if (file.Size is { } size && announced is { } other && other != size)
            return $"{answer.Host} announces {other} bytes instead of {size}";
        long? total = file.Size ?? announced;
        RequireSpace(file, total - partial.Length);
        return await CopyAsync(file, answer, partial, total, cancellationToken);
    }

    private static void AskForRest(HttpRequestMessage request, Download file, long have)
    {
        if (have == 0)
            return;
        request.Headers.Range = new RangeHeaderValue(have, null);
        if (file.IfRange is { } validator)
            request.Headers.TryAddWithoutValidation("If-Range", validator);
    }

    private async Task<string?> CopyAsync(Download file, HttpAnswer answer, FileStream partial, long? total,
        CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        byte[] buffer = new byte[BufferBytes];
        var clock = Stopwatch.StartNew();
        long start = partial.Position;
        var room = total is null ? new UnknownSize(options, file, answer.Host) : null;
        var pace = new Pace(options, answer.Host);
        while (true)
        {
            int count = await ReadAsync(answer, buffer, partial.Position, total, stall, cancellationToken);
            if (count == 0)
                break;
            if (partial.Position + count > total)
                return $"{answer.Host} sends more than its {total} bytes";
            try
            {
                room?.Require(partial.Position + count);
            }
            catch (InputException)
            {
                // Without its size it cannot be continued.
                partial.SetLength(0);
                throw;
            }

            partial.Write(buffer, 0, count);
            pace.Require(count);
            double rate = (partial.Position - start) / Math.Max(clock.Elapsed.TotalSeconds, 1e-3);
            progress?.Report(new TransferProgress(file.Name, partial.Position, total, rate));
        }

        if (partial.Position < total)
            throw Cut(answer.Host, partial.Position, total, null);
        partial.Flush(flushToDisk: true);
        return null;
    }

    private async Task<int> ReadAsync(HttpAnswer answer, byte[] buffer, long at, long? total, CancellationTokenSource stall,
        CancellationToken cancellationToken)
    {
        try
        {
            stall.CancelAfter(TimeSpan.FromSeconds(options.StallSeconds));
            Stream body = await answer.Response.Content.ReadAsStreamAsync(stall.Token);
            return await body.ReadAsync(buffer, stall.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServerFault(FormattableString.Invariant($"{answer.Host} sent nothing for {options.StallSeconds:0.##} s."),
                "Check the network connection; the same command continues the download.", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Cut(answer.Host, at, total, e);
        }
    }

    private static ServerFault Cut(string host, long at, long? total, Exception? cause) => new(
        FormattableString.Invariant(
            $"{host} cut the connection after {at} {(total is { } t ? FormattableString.Invariant($"of {t} ") : string.Empty)}bytes."),
        "Check the network connection; the same command continues the download.",
        cause);

    private static void RequireSpace(Download file, long? bytes)
    {
        if (bytes is { } needed)
            DiskSpace.Require(Path.GetDirectoryName(Path.GetFullPath(file.Target))!, needed, $"'{file.Target}'", file.SpaceRemedy);
    }
}
