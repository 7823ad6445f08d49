using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class KernelLadderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _checked = [];
    private readonly List<string> _notices = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_fastest_is_taken_where_it_is_right_and_nothing_else_is_checked()
    {
        KernelChoice choice = Ladder().Choose(null)!;
        Assert.Equal("products", choice.Rung);
        Assert.True(choice.AllowsBf16);
        Assert.Equal(["products"], _checked);
        Assert.Contains("checking whether libtorch computes rightly", Assert.Single(_notices), StringComparison.Ordinal);
    }

    [Fact]
    public void A_choice_is_remembered_and_made_again_for_another_processor()
    {
        Ladder().Choose(null);
        KernelChoice again = Ladder().Choose(null)!;
        Assert.Equal("products", again.Rung);
        Assert.Equal(["products"], _checked);
        Ladder(key: "another processor").Choose(null);
        Assert.Equal(["products", "products"], _checked);
    }

    [Theory]
    [InlineData("products:wrong", "default")]
    [InlineData("products:die,default:wrong", "avx2")]
    [InlineData("products:hang,default:die,avx2:die", "avx")]
    [InlineData("products:bf16", "default")]
    [InlineData("products:wrong,default:wrong,avx2:wrong,avx:wrong,sse41:wrong", "off")]
    [InlineData("products:bf16,default:wrong,avx2:bf16,avx:bf16,sse41:bf16,off:bf16", "products")]
    public void The_fastest_right_set_is_taken(string faults, string expected)
    {
        KernelChoice choice = Ladder(faults).Choose(null)!;
        Assert.Equal(expected, choice.Rung);
        Assert.Equal(!faults.Contains($"{expected}:bf16", StringComparison.Ordinal), choice.AllowsBf16);
        Assert.Equal(expected, Ladder(faults).Choose(null)!.Rung);
        Assert.Equal(_checked.Distinct(), _checked);
        Assert.Contains(_notices, n => n.StartsWith("kernels 'products' (1x1 convolutions as matrix products): ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("products:slow", "default")]
    [InlineData("products:slow,default:wrong", "products")]
    [InlineData("products:slow,default:bf16", "products")]
    public void Products_that_are_slower_are_taken_only_where_libtorchs_convolutions_are_wrong(string faults, string expected)
    {
        Assert.Equal(expected, Ladder(faults).Choose(null)!.Rung);
        Assert.Equal(expected, Ladder(faults).Choose(null)!.Rung);
        Assert.Equal(["products", "default"], _checked);
    }

    [Fact]
    public void Nothing_is_computed_where_no_set_is_right()
    {
        string all = string.Join(',', KernelRung.All.Select(r => $"{r.Name}:wrong"));
        var error = Assert.Throws<ReMemException>(() => Ladder(all).Choose(null));
        Assert.StartsWith("libtorch computes wrongly on this processor", error.Message, StringComparison.Ordinal);
        Assert.Contains("products wrong by 6 % (1 of 2 cases): case", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
        // Known by now, and refused again without a check.
        Assert.Throws<ReMemException>(() => Ladder(all).Choose(null));
        Assert.Equal(KernelRung.All.Count, _checked.Count);
    }

    [Fact]
    public void A_set_that_the_user_names_is_taken_with_a_warning_where_it_is_wrong()
    {
        KernelChoice choice = Ladder("avx:wrong").Choose("AVX")!;
        Assert.Equal(("avx", true), (choice.Rung, choice.IsForced));
        Assert.Equal(["avx"], _checked);
        Assert.Contains(_notices, n => n.StartsWith("warning: REMEM_KERNELS=avx is used as you say, but: wrong by 6 %", StringComparison.Ordinal));
        Assert.Equal("off", Ladder().Choose("off")!.Rung);
        Assert.DoesNotContain(_notices, n => n.Contains("REMEM_KERNELS=off", StringComparison.Ordinal));
        Assert.Contains("did you mean 'avx2'", Assert.Throws<InputException>(() => Ladder().Choose("avx3")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_memory_that_cannot_be_written_is_said_and_the_choice_stands()
    {
        string file = _folder.File("file");
        File.WriteAllText(file, "no folder");
        Assert.Equal("default", Ladder("products:die", folder: file).Choose(null)!.Rung);
        Assert.Contains(_notices, n => n.Contains("could not be kept", StringComparison.Ordinal));
        Assert.Equal("default", Ladder("products:die", folder: file).Choose(null)!.Rung);
        Assert.Equal(["products", "default", "products", "default"], _checked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"key\":\"this processor\",\"outcomes\":[null]}")]
    [InlineData("{\"key\":\"a stale one\",\"outcomes\":[]}")]
    public void A_memory_that_says_nothing_usable_is_made_again(string content)
    {
        Ladder("products:wrong").Choose(null);
        File.WriteAllText(Assert.Single(Directory.GetFiles(_folder.Path, "*.json")), content);
        Assert.Equal("default", Ladder("products:wrong").Choose(null)!.Rung);
        Assert.Equal(["products", "default", "products", "default"], _checked);
    }

    [Fact]
    public void Where_no_process_can_be_started_there_is_no_choice()
    {
        Assert.Null(Ladder("products:none").Choose(null));
        Assert.Contains(_notices, n => n.Contains("this one does it", StringComparison.Ordinal));
    }

    [Fact]
    public void All_sets_are_checked_for_the_doctor_once_or_anew()
    {
        Ladder("products:wrong").Choose(null);
        IReadOnlyList<KernelOutcome> all = Ladder("products:wrong").CheckAll(anew: false);
        Assert.Equal(KernelRung.All.Select(r => r.Name), all.Select(o => o.Name));
        Assert.Equal(KernelRung.All.Count, _checked.Count);
        Ladder().CheckAll(anew: true);
        Assert.Equal(2 * KernelRung.All.Count, _checked.Count);
        Assert.Equal("products", Ladder().Choose(null)!.Rung);
    }

    [Fact]
    public void The_users_own_limit_of_instructions_is_kept()
    {
        Assert.Equal(["products", "default", "off"], KernelRung.For(isX86: true, "AVX2").Select(r => r.Name));
        Assert.Equal(["products", "default", "off"], KernelRung.For(isX86: false, null).Select(r => r.Name));
        var cpu = new CpuIdentity("a", "b");
        string Key(params (string Name, string Value)[] given) => KernelLadder.Key(cpu, "2.10.0", name => given.FirstOrDefault(g => g.Name == name).Value);
        Assert.Equal(Key(), Key(("UNRELATED", "1")));
        Assert.NotEqual(Key(), Key(("ONEDNN_MAX_CPU_ISA", "AVX2")));
        Assert.NotEqual(Key(), KernelLadder.Key(cpu with { Details = "other caches" }, "2.10.0", _ => null));
        Assert.NotEqual(Key(), KernelLadder.Key(cpu, "2.10.1", _ => null));
        Assert.Equal("AVX2", KernelLadder.UserIsa(name => name == "DNNL_MAX_CPU_ISA" ? "AVX2" : null));
    }

    private KernelLadder Ladder(string faults = "", string key = "this processor", string? folder = null) => new(
        KernelRung.All,
        rung =>
        {
            _checked.Add(rung.Name);
            string fault = faults.Split(',').Select(f => f.Split(':')).FirstOrDefault(f => f[0] == rung.Name)?[1] ?? "";
            double error = fault == "wrong" ? 0.06 : 1e-6, mixed = fault == "bf16" ? 0.5 : 4e-3;
            KernelStatus status = fault switch
            {
                "wrong" => KernelStatus.Wrong,
                "die" => KernelStatus.Died,
                "hang" => KernelStatus.TooSlow,
                "none" => KernelStatus.NotChecked,
                _ => KernelStatus.Right,
            };
            return new KernelOutcome(rung.Name, rung.What, status, error, "case", mixed, "mixed case", error > 1e-5 ? 1 : 0, 2, 1, null)
            {
                Speed = rung.Products ? (fault == "slow" ? 0.9 : 1.3) : null,
            };
        },
        new KernelMemory(key, folder ?? _folder.Path),
        _notices.Add);
}
