# What remem.cmd does before it starts the program: builds it where a source is newer than the last build, and writes the program's path. Messages go to standard error.
# Written for Windows PowerShell 5.1 and PowerShell 7; the tests run it with the latter.
param(
  [string] $Root = (Split-Path -Parent $PSScriptRoot),
  [string] $Runtime = $(if ($env:PROCESSOR_ARCHITECTURE -eq 'ARM64') { 'win-arm64' } else { 'win-x64' })
)
$ErrorActionPreference = 'Stop'
$project = [IO.Path]::Combine($Root, 'src', 'ReMem.Cli')
$release = [IO.Path]::Combine($project, 'bin', 'Release')
$stamp = Join-Path $release "remem-$Runtime.stamp"
$program = [IO.Path]::Combine($release, 'net10.0', $Runtime, 'ReMem.Cli.dll')

function Write-Message([string] $text) { [Console]::Error.WriteLine($text) }

# Folders count too: a deleted source changes only its folder's time.
function Test-Stale {
  if (-not (Test-Path -LiteralPath $stamp) -or -not (Test-Path -LiteralPath $program)) { return $true }
  $built = (Get-Item -LiteralPath $stamp).LastWriteTimeUtc
  $folders = @('src', 'eng', 'demo' | ForEach-Object { Join-Path $Root $_ } | Where-Object { Test-Path -LiteralPath $_ })
  $files = @('global.json', 'recipes/demo.yaml' | ForEach-Object { Join-Path $Root $_ } | Where-Object { Test-Path -LiteralPath $_ })
  $files += @(Get-ChildItem -LiteralPath $Root -File | Where-Object { $_.Extension -in '.props', '.targets' } | ForEach-Object { $_.FullName })
  $waiting = New-Object 'System.Collections.Generic.Stack[string]'
  foreach ($folder in $folders) { $waiting.Push($folder) }
  while ($waiting.Count -gt 0) {
    $folder = Get-Item -LiteralPath $waiting.Pop()
    if ($folder.LastWriteTimeUtc -gt $built) { return $true }
    foreach ($item in Get-ChildItem -LiteralPath $folder.FullName) {
      if ($item.PSIsContainer) {
        if ($item.Name -notin 'bin', 'obj') { $waiting.Push($item.FullName) }
      } elseif ($item.LastWriteTimeUtc -gt $built) { return $true }
    }
  }
  foreach ($file in $files) {
    if ((Get-Item -LiteralPath $file).LastWriteTimeUtc -gt $built) { return $true }
  }
  return $false
}

function Build-Program {
  if (Test-Path -LiteralPath $stamp) { Write-Message 'building remem (sources changed)...' } else { Write-Message 'building remem (first start)...' }
  # Touched before the build, so that an edit made during it counts as newer.
  Set-Content -LiteralPath "$stamp.new" -Value ''
  $env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
  $env:DOTNET_NOLOGO = '1'
  # Both streams as text: standard output is the program's path alone, and a line of an error stream must not end this script.
  $ErrorActionPreference = 'Continue'
  $messages = & dotnet build $project -c Release -r $Runtime -v quiet -clp:NoSummary -p:RunAnalyzers=false 2>&1 | ForEach-Object { "$_" }
  $code = $LASTEXITCODE
  $ErrorActionPreference = 'Stop'
  if ($code -ne 0) {
    $messages | ForEach-Object { Write-Message $_ }
    Write-Message 'remem: the build failed; its messages are above'
    exit 1
  }
  Move-Item -LiteralPath "$stamp.new" -Destination $stamp -Force
  if (-not (Test-Path -LiteralPath $program)) {
    Write-Message "remem: the build left no $program"
    exit 1
  }
}

if (Test-Stale) {
  # Folders that the build would make in a source folder would count as its change.
  Get-ChildItem -LiteralPath (Join-Path $Root 'src') -Directory | ForEach-Object {
    foreach ($made in 'bin', 'obj') { [void] (New-Item -ItemType Directory -Force -Path (Join-Path $_.FullName $made)) }
  }
  [void] (New-Item -ItemType Directory -Force -Path $release)
  $lock = $null
  while (-not $lock) {
    try { $lock = [IO.File]::Open((Join-Path $release 'remem.lock'), 'OpenOrCreate', 'ReadWrite', 'None') }
    catch [IO.IOException] { Start-Sleep -Milliseconds 200 }
  }
  # Another start may have built it while this one waited. The lock ends with the process.
  if (Test-Stale) { Build-Program }
  $lock.Dispose()
}
[Console]::Out.WriteLine($program)
