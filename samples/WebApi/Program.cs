// An exported student in a minimal API: dotnet run -- --Model student/model.onnx --urls http://127.0.0.1:5080
//   curl --data-binary @photo.jpg http://127.0.0.1:5080/classify
using ReMem.Inference;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string model = builder.Configuration["Model"] ?? "student/model.onnx";
builder.Services.AddImageClassifier(model, new ClassifierOptions { MinProbability = 0.2, MaxBytes = 8 << 20 });
builder.Services.AddHealthChecks().AddCheck<ImageClassifierHealthCheck>("classifier");
builder.Services.AddProblemDetails();

WebApplication app = builder.Build();
app.MapHealthChecks("/healthz");
app.MapPost("/classify", async (HttpRequest request, OnnxImageClassifier classifier, CancellationToken cancellationToken) =>
{
    try
    {
        return Results.Ok(await classifier.ClassifyAsync(request.Body, top: 3, cancellationToken));
    }
    catch (ImageException e)
    {
        return Results.Problem(e.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
    }
});
app.Run();
