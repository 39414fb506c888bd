#!/usr/bin/env bash
# Checks what a project reference can't show: that the packed library trains, saves and loads in every kind of publish that the
# README promises, that the others stop with one message, and that the friend copies appear in every kind of build.
#
# Restores from the machine's own package sources; everything that it writes is below a temporary folder, except src/*/bin and obj.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

readonly host_project=src/MLNet.WeightInit/MLNet.WeightInit.csproj
readonly advisories="NU1900;NU1901;NU1902;NU1903;NU1904" # published tomorrow, they must not turn today's commit red
work=$(mktemp -d)
readonly work packages="$work/packages" cache="$work/cache" consumer="$work/consumer" model="$work/model.zip" log="$work/log"
current='preparing' begin=$SECONDS

finish() {
  local status=$?
  if [ "$status" -ne 0 ]; then
    if [ -s "$log" ]; then tail -n 40 "$log"; fi
    printf 'FAILED: %s\n' "$current"
  fi
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

check() { # title: names what follows, for the reader and for the failure
  current=$1 begin=$SECONDS
  : > "$log"
}

passed() { printf 'passed: %s (%d s)\n' "$current" $((SECONDS - begin)); }

fail() {
  printf '%s\n' "$1"
  exit 1
}

quietly() { "$@" > "$log" 2>&1; } # command…: its output is shown only where it fails

refused() { # command…: must end with the library's own error
  if "$@" > "$log" 2>&1; then fail 'It succeeded, and had to stop with error MLNWI001.'; fi
  grep -q 'error MLNWI001' "$log" || fail 'It failed, and not with error MLNWI001.'
}

publish() { # folder, arguments…
  local folder=$1
  shift
  dotnet publish "$consumer" -c Release -r "$rid" -o "$work/$folder" -p:PackedVersion="$version" "$@"
}

trains_and_loads() { # command of the consumer…: two processes, and the same bits as the plain build
  "$@" save "$model" > "$work/saved"
  "$@" load "$model" > "$work/loaded"
  grep -qx 'accuracy 1.00, Healthy' "$work/saved" || fail "It must print 'accuracy 1.00, Healthy', and printed: $(cat "$work/saved")"
  [ "$(wc -l < "$work/loaded")" -eq 7 ] || fail "It must print six predictions and a verdict, and printed: $(cat "$work/loaded")"
  [ -f "$work/expected" ] || cp "$work/loaded" "$work/expected"
  diff "$work/expected" "$work/loaded" || fail 'Its predictions differ from those of the plain build.'
}

rid=$(dotnet --info | sed -nE 's/^ *RID: *([^ ]+)$/\1/p')
version=$(dotnet msbuild "$host_project" -getProperty:PackageVersion)
readonly rid version
[ -n "$rid" ] || fail "'dotnet --info' names no RID."

check 'both packages are packed without a warning'
quietly dotnet pack src/MLNet.WeightInit.Engine/MLNet.WeightInit.Engine.csproj -c Release -o "$packages" -warnaserror -warnnotaserror:"$advisories"
quietly dotnet pack "$host_project" -c Release -o "$packages" -warnaserror -warnnotaserror:"$advisories"
passed

# The machine's sources are inherited; only the packed folder may give the packed packages, whatever the others have.
cp -r tests/deployment/consumer tests/deployment/Directory.* "$work/"
{
  printf '<configuration>\n  <config><add key="globalPackagesFolder" value="%s" /></config>\n' "$cache"
  printf '  <packageSources><add key="packed" value="%s" /></packageSources>\n  <packageSourceMapping>\n' "$packages"
  printf '    <packageSource key="packed"><package pattern="MLNet.WeightInit*" /></packageSource>\n'
  dotnet nuget list source | sed -nE 's|^ +[0-9]+\. +(.*) \[Enabled\]$|    <packageSource key="\1"><package pattern="*" /></packageSource>|p'
  printf '  </packageSourceMapping>\n</configuration>\n'
} > "$work/nuget.config"

check 'a plain build of a consumer trains, saves and loads'
quietly dotnet build "$consumer" -c Release -o "$work/plain" -p:PackedVersion="$version" -warnaserror -warnnotaserror:"$advisories"
trains_and_loads dotnet "$work/plain/Consumer.dll"
passed

check 'the packages hold documentation, and no copy of ML.NET'
for id in mlnet.weightinit mlnet.weightinit.engine; do
  compgen -G "$cache/$id/$version/lib/net10.0/*.xml" > "$log" || fail "Package $id has no XML documentation."
  [ -f "$cache/$id/$version/README.md" ] || fail "Package $id has no README.md."
  if find "$cache/$id/$version" -name 'Microsoft.ML*.dll' -o -name '*Cecil*' | grep . ; then fail "Package $id must hold neither of these."; fi
done
passed

check 'a self-contained single file trains, saves and loads'
quietly publish single-file --self-contained -p:PublishSingleFile=true
trains_and_loads "$work/single-file/Consumer"
passed

check 'a framework-dependent ReadyToRun publish trains, saves and loads'
quietly publish ready-to-run --no-self-contained -p:PublishReadyToRun=true
trains_and_loads "$work/ready-to-run/Consumer"
passed

check 'a trimmed publish stops with one message'
refused publish trimmed --self-contained -p:PublishTrimmed=true
passed

check 'a native AOT publish stops with one message'
refused publish native -p:PublishAot=true
passed

check 'a program of one file runs with #:project'
mkdir "$work/data" # where such a program is built
XDG_DATA_HOME="$work/data" dotnet run -c Release tests/deployment/program/Program.cs > "$work/printed" 2> "$log"
grep -qx Healthy "$work/printed" || fail "It must print 'Healthy', and printed: $(cat "$work/printed")"
passed

check 'a repeated build leaves the friend copies alone'
quietly dotnet build "$host_project" -c Release -v normal
if grep -q 'FriendReferences.dll" "MLNet.WeightInit"' "$log"; then fail 'The tool was run again, and nothing had changed.'; fi
grep -q 'WriteFriendReferences' "$log" || fail 'The build does not name the target, so this check says nothing.'
passed

check 'a design-time build compiles against the friend copies'
rm -rf src/MLNet.WeightInit/obj/Release/net10.0/friends
dotnet msbuild "$host_project" -t:Compile -p:Configuration=Release -p:DesignTimeBuild=true -p:BuildingProject=false -p:SkipCompilerExecution=true \
  -p:ProvideCommandLineArgs=true -getItem:ReferencePathWithRefAssemblies > "$log"
for name in Microsoft.ML.Core Microsoft.ML.Data Microsoft.ML.StandardTrainers; do
  grep -q "friends/$name.dll" "$log" || fail "$name is not the copy."
  [ -f "src/MLNet.WeightInit/obj/Release/net10.0/friends/$name.dll" ] || fail "The copy of $name does not exist."
done
passed
