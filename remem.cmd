@echo off
rem Builds ReMem in Release when a source is newer than the last build (eng\launcher.ps1), then runs its command line. Standard output belongs to the command.
setlocal
set PROGRAM=
where dotnet >nul 2>nul || (
  echo remem: dotnet is not on the PATH; install the .NET 10 SDK ^(https://dot.net^) and try again 1>&2
  exit /b 1
)
for /f "usebackq delims=" %%P in (`powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0eng\launcher.ps1" ^<nul`) do set "PROGRAM=%%P"
if not defined PROGRAM exit /b 1
dotnet "%PROGRAM%" %*
exit /b %errorlevel%
