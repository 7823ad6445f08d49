using ReMem.Runtime;

namespace ReMem.Tests.Runtime;

public sealed class KernelLadderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _checked = [];
    private readonly List<string> _notices = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_default_is_taken_where_it_is_right_and_nothing_else_is_checked()
    {
        KernelChoice choice = Ladder().Choose(null)!;
        Assert.Equal("default", choice.Rung);
        Assert.True(choice.AllowsBf16);
        Assert.Equal(["default"], _checked);
        Assert.Contains("checking whether libtorch computes rightly", Assert.Single(_notices), StringComparison.Ordinal);
    }

    [Fact]
    public void A_choice_is_remembered_and_made_again_for_another_processor()
    {
        Ladder().Choose(null);
        KernelChoice again = Ladder().Choose(null)!;
        Assert.Equal("default", again.Rung);
        Assert.Equal(["default"], _checked);
        Ladder(key: "another processor").Choose(null);
        Assert.Equal(["default", "default"], _checked);
    }

    [Theory]
    [InlineData("default:wrong", "products")]
    [InlineData("default:die,products:wrong", "avx2")]
    [InlineData("default:hang,products:die,avx2:die", "avx")]
    [InlineData("default:bf16", "products")]
    [InlineData("default:wrong,products:wrong,avx2:wrong,avx:wrong,sse41:wrong", "off")]
    [InlineData("default:wrong,products:bf16,avx2:bf16,avx:bf16,sse41:bf16,off:bf16", "products")]
    public void The_fastest_right_set_is_taken(string faults, string expected)
    {
        KernelChoice choice = Ladder(faults).Choose(null)!;
        Assert.Equal(expected, choice.Rung);
        Assert.Equal(!faults.Contains($"{expected}:bf16", StringComparison.Ordinal), choice.AllowsBf16);
        Assert.Equal(expected, Ladder(faults).Choose(null)!.Rung);
        Assert.Equal(_checked.Distinct(), _checked);
        Assert.Contains(_notices, n => n.StartsWith("kernels 'default' (libtorch as it is): ", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_computed_where_no_set_is_right()
    {
        string all = string.Join(',', KernelRung.All.Select(r => $"{r.Name}:wrong"));
        var error = Assert.Throws<ReMemException>(() => Ladder(all).Choose(null));
        Assert.StartsWith("libtorch computes wrongly on this processor", error.Message, StringComparison.Ordinal);
        Assert.Contains("default wrong by 6 % (1 of 2 cases): case", error.Message, StringComparison.Ordinal);
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
        Assert.Equal("products", Ladder("default:die", folder: file).Choose(null)!.Rung);
        Assert.Contains(_notices, n => n.Contains("could not be kept", StringComparison.Ordinal));
        Assert.Equal("products", Ladder("default:die", folder: file).Choose(null)!.Rung);
        Assert.Equal(["default", "products", "default", "products"], _checked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"key\":\"this processor\",\"outcomes\":[null]}")]
    [InlineData("{\"key\":\"a stale one\",\"outcomes\":[]}")]
    public void A_memory_that_says_nothing_usable_is_made_again(string content)
    {
        Ladder("default:wrong").Choose(null);
        File.WriteAllText(Assert.Single(Directory.GetFiles(_folder.Path, "*.json")), content);
        Assert.Equal("products", Ladder("default:wrong").Choose(null)!.Rung);
        Assert.Equal(["default", "products", "default", "products"], _checked);
    }

    [Fact]
    public void Where_no_process_can_be_started_there_is_no_choice()
    {
        Assert.Null(Ladder("default:none").Choose(null));
        Assert.Contains(_notices, n => n.Contains("this one does it", StringComparison.Ordinal));
    }

    [Fact]
    public void All_sets_are_checked_for_the_doctor_once_or_anew()
    {
        Ladder("default:wrong").Choose(null);
        IReadOnlyList<KernelOutcome> all = Ladder("default:wrong").CheckAll(anew: false);
        Assert.Equal(KernelRung.All.Select(r => r.Name), all.Select(o => o.Name));
        Assert.Equal(KernelRung.All.Count, _checked.Count);
        Ladder().CheckAll(anew: true);
        Assert.Equal(2 * KernelRung.All.Count, _checked.Count);
        Assert.Equal("default", Ladder().Choose(null)!.Rung);
    }

    [Fact]
    public void The_users_own_limit_of_instructions_is_kept()
    {
        Assert.Equal(["default", "products", "off"], KernelRung.For(isX86: true, "AVX2").Select(r => r.Name));
        Assert.Equal(["default", "products", "off"], KernelRung.For(isX86: false, null).Select(r => r.Name));
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
            return new KernelOutcome(rung.Name, rung.What, status, error, "case", mixed, "mixed case", error > 1e-5 ? 1 : 0, 2, 1, null);
        },
        new KernelMemory(key, folder ?? _folder.Path),
        _notices.Add);
}
