using ReMem.Distillation;
using ReMem.Distillation.Cache;
using ReMem.Distillation.Targets;
using ReMem.Models;
using ReMem.Recipes;
using ReMem.Recipes.Stages;

namespace ReMem.Tests.Recipes.Stages;

public sealed class StudentCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StudentCacheTests() => _folder.Images("photos/a", 20).Images("photos/b", 20);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_reported_of_places_is_left_to_memory_by_auto_and_kept_in_a_folder_that_is_named()
    {
        using ImageModel teacher = ModelCatalogue.Create("vit_pico_patch4_32", new ModelOptions { NumClasses = 2, ImageSize = 16 });
        StudentCache automatic = Cache(DistillationOptions.Auto), named = Cache(_folder.File("cache"));
        Assert.Null(automatic.Open(teacher, null, automatic.Batches(teacher), several: false, "student", null));
        using TeacherCacheBuilder kept = named.Open(teacher, null, named.Batches(teacher), several: false, "student", null)!;
        // The coarser of the student's 4 x 4 cells and the teacher's, in the teacher's width.
        Assert.Equal(new MapSpec(4, teacher.NumFeatures, 0, 0, false), kept.Cache.Manifest.Maps);
        Assert.Equal(kept.Cache.Bytes(1), TeacherCache.Estimate(named.Batches(teacher), named.SpecFor(teacher), 1));
    }

    private StudentCache Cache(string where)
    {
        Recipe recipe = RecipeReader.Parse("name: x", "r.yaml",
        [
            $"data.source={_folder.File("photos")}", "data.image_size=16",
            $"student={{model: resnet20, training: {{epochs: 3, batch_size: 4}}, distillation: {{objective: 'kl + tokens', views: "
                + $"1, cache: '{where}'}}}}",
        ]);
        return new StudentCache(PreparedData.Open(recipe), recipe.Student, 0);
    }
}
