@echo off
rem Builds ReMem in Release when a source is newer than the last build, then runs its command line. Standard output belongs to the command.
setlocal
set "ROOT=%~dp0"
set "PROJECT=%ROOT%src\ReMem.Cli"
set "STAMP=%PROJECT%\bin\Release\remem.stamp"
set "LOG=%PROJECT%\obj\remem-build.log"
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_NOLOGO=1

where dotnet >nul 2>nul || (
  echo remem: dotnet is not on the PATH; install the .NET 10 SDK ^(https://dot.net^) and try again 1>&2
  exit /b 1
)

powershell -NoProfile -Command "$s = Get-Item $env:STAMP -ErrorAction SilentlyContinue; if (-not $s) { exit 1 }; $n = @(Get-ChildItem ($env:ROOT + 'src'), ($env:ROOT + 'eng') -Recurse) + @(Get-ChildItem ($env:ROOT + '*') -Include *.props, *.targets, global.json) | Where-Object { $_.FullName -notmatch '\\(bin|obj)(\\|$)' -and $_.LastWriteTime -gt $s.LastWriteTime } | Select-Object -First 1; if ($n) { exit 1 }"
if not errorlevel 1 goto run

echo building remem...1>&2
if not exist "%PROJECT%\obj" mkdir "%PROJECT%\obj"
if not exist "%PROJECT%\bin\Release" mkdir "%PROJECT%\bin\Release"
dotnet build "%PROJECT%" -c Release -v quiet -clp:NoSummary -p:RunAnalyzers=false <nul >"%LOG%" 2>&1
if errorlevel 1 (
  type "%LOG%" 1>&2
  echo remem: the build failed; its messages are above 1>&2
  exit /b 1
)
type nul >"%STAMP%"

:run
for /d %%D in ("%PROJECT%\bin\Release\net10.0\*") do if exist "%%D\ReMem.Cli.dll" set "PROGRAM=%%D\ReMem.Cli.dll"
if not defined PROGRAM (
  echo remem: the build left no ReMem.Cli.dll under %PROJECT%\bin\Release 1>&2
  exit /b 1
)
dotnet "%PROGRAM%" %*
exit /b %errorlevel%
