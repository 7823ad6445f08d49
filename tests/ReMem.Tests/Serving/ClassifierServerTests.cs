using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using ReMem.Evaluation;
using ReMem.Inference;
using ReMem.Serving;
using ReMem.Tests.Inference;

namespace ReMem.Tests.Serving;

[Collection(TorchGenerator.Name)]
public sealed class ClassifierServerTests(ExportedStudent student) : IClassFixture<ExportedStudent>
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private byte[] Photo => File.ReadAllBytes(student.Photos[0]);

    [Fact]
    public async Task A_body_a_form_and_json_are_answered_as_predict_does()
    {
        await using var service = await Service.StartAsync(student.File);
        JsonElement body = await Answers(await service.Client.PostAsync("/classify?top=2", Raw(Photo), Stop));
        Assert.Equal(2, body[0].GetProperty("classes").GetArrayLength());
        foreach (string? type in new[] { null, "image/webp", "application/x-www-form-urlencoded" })
        {
            var untyped = new ByteArrayContent(Photo);
            untyped.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
            Assert.Equal(body.ToString(), (await Answers(await service.Client.PostAsync("/classify?top=2", untyped, Stop))).ToString());
        }

        using var form = new MultipartFormDataContent();
        foreach (string photo in student.Photos)
            form.Add(Raw(File.ReadAllBytes(photo)), "images", Path.GetFileName(photo));
        JsonElement forms = await Answers(await service.Client.PostAsync("/classify", form, Stop));
        JsonElement json = await Answers(await service.Client.PostAsJsonAsync("/classify",
            new { images = student.Photos.Select(p => Convert.ToBase64String(File.ReadAllBytes(p))) }, Stop));
        for (int i = 0; i < student.Photos.Count; i++)
        {
            Prediction expected = student.Predict(student.Photos[i]);
            foreach (JsonElement answer in new[] { forms[i], json[i] })
            {
                Assert.Equal(expected.Top[0].Label, answer.GetProperty("label").GetString());
                Assert.Equal(expected.Top[0].Probability, answer.GetProperty("probability").GetDouble(), 1e-5);
            }
        }
    }

    [Fact]
    public async Task The_model_health_metrics_description_and_page_are_there()
    {
        await using var service = await Service.StartAsync(student.File);
        JsonElement model = await service.Client.GetFromJsonAsync<JsonElement>("/model", Stop);
        Assert.Equal(ExportedStudent.Labels, model.GetProperty("labels").EnumerateArray().Select(l => l.GetString()));
        Assert.Equal("Healthy", await service.Client.GetStringAsync("/healthz", Stop));
        (await service.Client.PostAsync("/classify", Raw(Photo), Stop)).EnsureSuccessStatusCode();

        // The first scrape already has what was counted before it: the health check's image and this one.
        string metrics = await service.Client.GetStringAsync("/metrics", Stop);
        Assert.Matches(@"(?m)^remem_inference\S*_images 2$", metrics);
        JsonElement api = await service.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Stop);
        JsonElement described = api.GetProperty("paths").GetProperty("/classify").GetProperty("post").GetProperty("requestBody");
        Assert.Equal(["application/json", "image/*", "multipart/form-data"],
            described.GetProperty("content").EnumerateObject().Select(c => c.Name).Order());
        string page = await service.Client.GetStringAsync("/", Stop);
        Assert.DoesNotContain("http:", page + await service.Client.GetStringAsync("/app.js", Stop), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", page, StringComparison.OrdinalIgnoreCase);
        HttpResponseMessage head = await service.Client.GetAsync("/", Stop);
        Assert.Contains("default-src 'none'", head.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Empty(head.Headers.Server);
    }

    [Fact]
    public async Task Hostile_bodies_get_problem_details_and_no_inside()
    {
        await using var service = await Service.StartAsync(student.File, o => o with { MaxBytes = 20_000, MaxImages = 3 });
        async Task Refused(HttpStatusCode status, string detail, HttpContent content, string query = "")
        {
            using HttpResponseMessage response = await service.Client.PostAsync("/classify" + query, content, Stop);
            string text = await response.Content.ReadAsStringAsync(Stop);
            Assert.True(status == response.StatusCode, $"{response.StatusCode}: {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            JsonElement problem = JsonSerializer.Deserialize<JsonElement>(text);
            Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Path.GetTempPath(), text, StringComparison.Ordinal);
        }

        byte[] photo = Photo;
        await Refused(HttpStatusCode.UnprocessableEntity, "is empty", Raw([]));
        await Refused(HttpStatusCode.UnprocessableEntity, "truncated", Raw(photo[..200]));
        await Refused(HttpStatusCode.UnprocessableEntity, "is not a JPEG", Raw(Encoding.UTF8.GetBytes("<svg")[1..]));
        await Refused(HttpStatusCode.RequestEntityTooLarge, "20000 bytes", Raw(new byte[20_001]));
        await Refused(HttpStatusCode.BadRequest, "'top' is 0", Raw(photo), "?top=0");
        await Refused(HttpStatusCode.BadRequest, "cannot be read", new StringContent("{\"images\": [", Encoding.UTF8, "application/json"));
        await Refused(HttpStatusCode.BadRequest, "no 'images'", new StringContent("{}", Encoding.UTF8, "application/json"));
        await Refused(HttpStatusCode.BadRequest, "holds no image",
            new StringContent("{\"images\": []}", Encoding.UTF8, "application/json"));
        await Refused(HttpStatusCode.BadRequest, "Image 0 is not base64",
            new StringContent("{\"images\": [\"***\"]}", Encoding.UTF8, "application/json"));
        await Refused(HttpStatusCode.RequestEntityTooLarge, "may hold 3 images",
            new StringContent("{\"images\": [\"\",\"\",\"\",\"\"]}", Encoding.UTF8, "application/json"));
        using var form = new MultipartFormDataContent { { Raw(photo), "a", "a.png" }, { Raw(photo[..99]), "b", "b.png" } };
        await Refused(HttpStatusCode.UnprocessableEntity, "Image 1: ", form);
        var broken = new ByteArrayContent("no form"u8.ToArray());
        broken.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        await Refused(HttpStatusCode.BadRequest, "form cannot be read", broken);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync("/none", Stop)).StatusCode);

        // It still answers.
        (await service.Client.PostAsync("/classify", Raw(photo), Stop)).EnsureSuccessStatusCode();
    }

    /// <summary>Damaged photos under every content type: each is an answer or the client's fault, never the service's.</summary>
    [Fact]
    public async Task No_damaged_body_is_the_services_fault()
    {
        await using var service = await Service.StartAsync(student.File, o => o with { MaxBytes = 50_000 });
        var random = new Random(3);
        string[] types = ["image/png", "application/json", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain", "x"];
        var allowed = new[] { 200, 400, 413, 422 };
        for (int i = 0; i < 1000; i++)
        {
            byte[] body = File.ReadAllBytes(student.Photos[i % student.Photos.Count]);
            for (int flips = random.Next(20); flips > 0; flips--)
                body[random.Next(body.Length)] ^= (byte)random.Next(1, 256);
            body = body[..random.Next(body.Length + 1)];
            if (i % 3 == 0)
                body = [.. "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a\"\r\n\r\n"u8, .. body, .. "\r\n--b--\r\n"u8];
            var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", types[random.Next(types.Length)]);
            using HttpResponseMessage response = await service.Client.PostAsync("/classify", content, Stop);
            Assert.True(allowed.Contains((int)response.StatusCode), $"{i}: {response.StatusCode}");
        }
    }

    /// <summary>
    /// Clients that send a few bytes and then nothing, or a byte now and then, take no place from others and are ended in time.
    /// </summary>
    [Fact]
    public async Task Slow_senders_are_ended_and_others_are_answered_meanwhile()
    {
        await using var service = await Service.StartAsync(student.File, o => o with { Timeout = TimeSpan.FromSeconds(3) });
        Uri address = service.Client.BaseAddress!;
        byte[] photo = Photo;
        string head = $"POST /classify HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: image/png\r\n"
            + $"Content-Length: {photo.Length}\r\n";
        async Task<string> Slow(int kind)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, Stop);
            NetworkStream stream = client.GetStream();
            // Half of the header, the header alone, or the header and then a byte now and then.
            await stream.WriteAsync(Encoding.ASCII.GetBytes(kind == 0 ? head[..40] : head + "\r\n"), Stop);
            using var ended = new CancellationTokenSource();
            Task dripping = kind < 2 ? Task.CompletedTask : Drip(stream, photo, ended.Token);
            string answer = await ReadAll(stream);
            await ended.CancelAsync();
            await dripping;
            return answer;
        }

        Task<string>[] slow = [.. Enumerable.Range(0, 60).Select(i => Slow(i % 3))];
        for (int i = 0; i < 20; i++)
            (await service.Client.PostAsync("/classify", Raw(photo), Stop)).EnsureSuccessStatusCode();
        string[] answers = await Task.WhenAll(slow).WaitAsync(TimeSpan.FromSeconds(60), Stop);
        // Closed without a word, or told why.
        Assert.All(answers, a => Assert.True(
            a.Length == 0 || a.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)
                || a.StartsWith("HTTP/1.1 503", StringComparison.Ordinal), a));
        (await service.Client.PostAsync("/classify", Raw(photo), Stop)).EnsureSuccessStatusCode();

        static async Task Drip(NetworkStream stream, byte[] bytes, CancellationToken ended)
        {
            try
            {
                for (int i = 0; i < bytes.Length - 1; i++)
                {
                    await stream.WriteAsync(bytes.AsMemory(i, 1), ended);
                    await Task.Delay(200, ended);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The service has ended the connection.
            }
        }

        static async Task<string> ReadAll(NetworkStream stream)
        {
            var said = new MemoryStream();
            try
            {
                await stream.CopyToAsync(said, Stop);
            }
            catch (IOException)
            {
                // Reset instead of closed: what was said before counts.
            }

            return Encoding.ASCII.GetString(said.ToArray());
        }
    }

    [Fact]
    public async Task A_bad_query_is_the_clients_fault()
    {
        await using var service = await Service.StartAsync(student.File);
        using HttpResponseMessage response = await service.Client.PostAsync("/classify?top=many", Raw(Photo), Stop);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_key_is_asked_for_where_there_is_one()
    {
        await using var service = await Service.StartAsync(student.File, o => o with { ApiKey = "secret" });
        async Task<HttpStatusCode> Status(string path, Action<HttpRequestHeaders>? header = null)
        {
            using var request = new HttpRequestMessage(path == "/classify" ? HttpMethod.Post : HttpMethod.Get, path);
            request.Content = path == "/classify" ? Raw(Photo) : null;
            header?.Invoke(request.Headers);
            using HttpResponseMessage response = await service.Client.SendAsync(request, Stop);
            return response.StatusCode;
        }

        foreach (string path in new[] { "/classify", "/model", "/metrics", "/openapi/v1.json" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await Status(path));
            Assert.Equal(HttpStatusCode.Unauthorized, await Status(path, h => h.Add("X-API-Key", "Secret")));
            Assert.Equal(HttpStatusCode.OK, await Status(path, h => h.Add("X-API-Key", "secret")));
            Assert.Equal(HttpStatusCode.OK, await Status(path, h => h.Authorization = new("Bearer", "secret")));
        }

        foreach (string path in new[] { "/", "/app.js", "/healthz" })
            Assert.Equal(HttpStatusCode.OK, await Status(path));
    }

    [Fact]
    public async Task A_full_queue_tells_when_to_come_back_and_everybody_else_gets_the_right_answer()
    {
        await using var service = await Service.StartAsync(student.File, o => o with { MaxQueue = 2, MaxBatch = 1, Threads = 1 });
        string expected = student.Predict(student.Photos[0]).Top[0].Label;
        byte[] photo = Photo;
        var full = new List<HttpResponseMessage>();
        for (int round = 0; round < 50 && full.Count == 0; round++)
        {
            HttpResponseMessage[] all = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ =>
                service.Client.PostAsync("/classify", Raw(photo), Stop)));
            foreach (HttpResponseMessage answer in all.Where(r => r.IsSuccessStatusCode))
                Assert.Equal(expected, (await Answers(answer))[0].GetProperty("label").GetString());
            full.AddRange(all.Where(r => !r.IsSuccessStatusCode));
        }

        Assert.NotEmpty(full);
        Assert.All(full, r =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, r.StatusCode);
            Assert.Equal("1", r.Headers.GetValues("Retry-After").Single());
        });
    }

    [Fact]
    public async Task A_sender_that_stops_half_way_costs_the_others_nothing()
    {
        await using var service = await Service.StartAsync(student.File, o => o with { Timeout = TimeSpan.FromSeconds(2) });
        using var slow = new TcpClient();
        await slow.ConnectAsync("127.0.0.1", service.Port, Stop);
        await slow.GetStream().WriteAsync(
            "POST /classify HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nabc"u8.ToArray(), Stop);
        (await service.Client.PostAsync("/classify", Raw(Photo), Stop)).EnsureSuccessStatusCode();
        using var reader = new StreamReader(slow.GetStream());
        string? status = await reader.ReadLineAsync(Stop);
        Assert.True(status is null || status.Split(' ')[1] is "503" or "408", status);
    }

    private static ByteArrayContent Raw(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        return content;
    }

    private static async Task<JsonElement> Answers(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text).GetProperty("answers");
    }

    private sealed class Service : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly OnnxImageClassifier _classifier;

        private Service(WebApplication app, OnnxImageClassifier classifier)
        {
            (_app, _classifier) = (app, classifier);
            Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        }

        public HttpClient Client { get; }

        public int Port => Client.BaseAddress!.Port;

        public static async Task<Service> StartAsync(string file, Func<ServerOptions, ServerOptions>? change = null)
        {
            ServerOptions options = new() { Url = "http://127.0.0.1:0" };
            options = change?.Invoke(options) ?? options;
            var classifier = OnnxImageClassifier.Load(file, new ClassifierOptions
            {
                MaxBytes = options.MaxBytes,
                Threads = options.Threads,
            });
            WebApplication app = ClassifierServer.Build(classifier, options);
            await app.StartAsync(Stop);
            return new Service(app, classifier);
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await _app.DisposeAsync();
            _classifier.Dispose();
        }
    }
}
