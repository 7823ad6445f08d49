#!/usr/bin/env bash
# Packs the packages and the tool, uses them as a stranger would, outside the repository, and says what does not start.
# Usage: eng/pack-check.sh [--configuration Debug] [--runtimes "linux-x64 win-x64 osx-arm64"] [--keep FOLDER]
# With more runtimes the program is also published for each of them, and only for this machine's is it run.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
configuration=Debug
runtimes=linux-x64
keep=
while [ $# -gt 0 ]; do
  case $1 in
    --configuration) configuration=$2 ;;
    --runtimes) runtimes=$2 ;;
    --keep) keep=$2 ;;
    *) echo "pack-check: unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "pack-check runs on Linux x64 only; skipped"
  exit 0
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
feed=$work/feed
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}
version=$(sed -nE 's:.*<Version>(.*)</Version>.*:\1:p' "$root/Directory.Build.props")
failed=0

# check NAME COMMAND...: runs it, and shows its output where it fails.
check() {
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "pack-check: $name: ok"
  else
    failed=$((failed + 1))
    echo "pack-check: $name: FAILED ($*)"
    tail -n 20 "$work/log"
  fi
}
says() { "${@:2}" 2>&1 | grep -F -- "$1"; }
# The other way round: the command must fail, with these words.
refuses() { ! "${@:2}" >"$work/refusal" 2>&1 && { grep -F -- "$1" "$work/refusal" || { cat "$work/refusal"; return 1; }; }; }

# What this machine has already downloaded, less packages of ReMem itself: those would be used instead of what is packed here.
fallback=$work/fallback
mkdir "$fallback"
for package in "$packages"/*; do
  case ${package##*/} in
    remem | remem.*) ;;
    *) ln -s "$package" "$fallback" ;;
  esac
done

cd "$root"
for project in ReMem.Cpu ReMem.Cli; do dotnet build "src/$project" -c "$configuration" -v quiet -clp:NoSummary -p:RunAnalyzers=false >"$work/log" || { cat "$work/log"; exit 1; }; done
for project in ReMem ReMem.Cpu ReMem.Inference; do
  check "pack $project" dotnet pack "src/$project" -c "$configuration" --no-build -v quiet -o "$feed"
done
check "pack ReMem.Tool" dotnet pack src/ReMem.Cli -c "$configuration" --no-build -v quiet -p:ToolPackageRuntimeIdentifiers=linux-x64 -o "$feed"
[ -z "$keep" ] || { mkdir -p "$keep" && cp "$feed"/*.nupkg "$keep"; }
# The registry's limit for one package.
check "each package is below 250 MB" test -z "$(find "$feed" -name '*.nupkg' -size +250M)"
check "every package has its notices" bash -c 'for p in "$0"/*.nupkg; do unzip -l "$p" | grep -q THIRD-PARTY-NOTICES.md && unzip -l "$p" | grep -q icon.png || exit 1; done' "$feed"

# A program of somebody else's, with its own folder of packages.
program() {
  mkdir -p "$work/$1"
  cat >"$work/$1/program.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <RestorePackagesPath>$work/packages</RestorePackagesPath>
    <RestoreFallbackFolders>$fallback</RestoreFallbackFolders>
    <RestoreAdditionalProjectSources>$feed</RestoreAdditionalProjectSources>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="$2" Version="$version" />
  </ItemGroup>
</Project>
PROJECT
  cat >"$work/$1/Program.cs" <<'PROGRAM'
using ReMem;
using ReMem.Runtime;
using TorchSharp;

try
{
    LibtorchInfo info = Libtorch.Load();
    System.Console.WriteLine($"libtorch {info.Version} sums {torch.ones(2, 3).sum().item<float>()}");
}
catch (ReMemException e)
{
    System.Console.WriteLine($"{e.Message} {e.Remedy}");
}
PROGRAM
}

program program ReMem.Cpu
cd "$work/program"
check "build" dotnet build -v quiet
check "the build runs" says "libtorch 2.10.0 sums 6" dotnet bin/Debug/net10.0/program.dll
check "publish" dotnet publish -v quiet -o "$work/published"
check "the published program runs" says "libtorch 2.10.0 sums 6" dotnet "$work/published/program.dll"
rm -rf "$work/published" bin
for runtime in $runtimes; do
  check "publish for $runtime" dotnet publish -r "$runtime" --no-self-contained -v quiet -o "$work/$runtime"
  case $runtime in
    linux-x64) check "it runs" says "libtorch 2.10.0 sums 6" "$work/$runtime/program" ;;
    win-x64) check "its libraries are there" ls "$work/$runtime"/{LibTorchSharp,torch_cpu,c10,libiomp5md,uv,libSkiaSharp,onnxruntime}.dll ;;
    osx-arm64) check "its libraries are there" ls "$work/$runtime"/lib{LibTorchSharp,torch_cpu,c10,omp,SkiaSharp,onnxruntime}.dylib ;;
  esac
  check "no library of Python or of tests" bash -c '! ls "$0" | grep -E "python|_test\."' "$work/$runtime"
  rm -rf "${work:?}/$runtime" bin
done
check "a single file warns" says REMEM003 dotnet publish -r linux-x64 --no-self-contained -p:PublishSingleFile=true -o "$work/single"
check "the single file runs" says "libtorch 2.10.0 sums 6" "$work/single/program"
rm -rf "$work/single" bin
for runtime in linux-musl-x64 linux-arm64; do
  check "$runtime is refused" refuses REMEM001 dotnet build -r "$runtime" -p:UseAppHost=false -v quiet
done

program alone ReMem
cd "$work/alone"
check "a program without libtorch is warned of" says REMEM002 dotnet build
check "and ends with the remedy" says "Add the package ReMem.Cpu" dotnet bin/Debug/net10.0/program.dll

# The sample of the library, without the repository's own build around it.
cp -r "$root/samples" "$work/samples"
find "$work/samples" -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
cd "$work/samples/Train"
# A few hundred drawings; its own name would make them a validation split.
cp "$root/demo/emoji/validation.parquet" "$work/drawings.parquet"
check "build samples/Train" dotnet build -v quiet -p:ReMemVersion="$version" -p:RestorePackagesPath="$work/packages" \
  -p:RestoreFallbackFolders="$fallback" -p:RestoreAdditionalProjectSources="$feed"
check "it trains" says "test images: $work/trained/student.onnx" dotnet bin/Debug/net10.0/Train.dll "$work/drawings.parquet" "$work/trained" \
  vit_pico_patch4_32 none resnet20 16 1
rm -rf bin

cd "$work"
check "install the tool" dotnet tool install --tool-path "$work/tool" ReMem.Tool --version "$version" --add-source "$feed"
check "remem --version" says "$version" "$work/tool/remem" --version
check "remem models" says vit_tiny_patch16_224 "$work/tool/remem" models
check "remem doctor" says "No problems found" "$work/tool/remem" doctor --no-check
check "the demo's drawings are in it" says "9 classes" "$work/tool/remem" data inspect "$(find "$work/tool/.store" -type d -path '*demo/emoji')"
check "remem evaluate, of what the sample trained" "$work/tool/remem" evaluate "$work/drawings.parquet" --model-dir "$work/trained/student.onnx" --split test
[ "$failed" -eq 0 ] || { echo "pack-check: $failed failed"; exit 1; }
