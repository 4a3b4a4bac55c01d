# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What bundles/run and the scripts of tests/ have in common. Sourced; sets `repository`.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
self=$(basename "$(dirname "$0")")/$(basename "$0")
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { echo "$*" >&2; }
die() { say "$self: $*"; exit 1; }

# need COMMAND PACKAGE...: the command is there, or the packages are installed now, or the script says what to install.
need() {
    local command=$1
    shift
    ! command -v "$command" >/dev/null || return 0
    if ! install_packages "$@"; then
        die "'$command' is missing: install the Debian package(s) $* (as root: apt-get install $*)"
    fi
    command -v "$command" >/dev/null || die "the package(s) $* are installed, but there is no '$command'"
}

# install_packages PACKAGE...: fails where that's not ours to do.
install_packages() {
    ((EUID == 0)) && command -v apt-get >/dev/null || return 1
    say "installing $*"
    local log
    log=$(mktemp)
    if apt_get "$log" install "$@" || { apt_get "$log" update && apt_get "$log" install "$@"; }; then
        rm -f "$log"
        return 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
}

apt_get() {
    local log=$1
    shift
    DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null
}

need_build_tools() {
    command -v dotnet >/dev/null || die "'dotnet' is missing: install the .NET SDK 10 (https://dotnet.microsoft.com/download)"
    [[ $(cd "$repository" && dotnet --version 2>&1) == 1[0-9].* ]] || die "the .NET SDK 10 is needed, see global.json; here is: $(dotnet --list-sdks | tr '\n' ' ')"
    need gcc gcc libc6-dev
    [[ -e /usr/include/stdio.h ]] || install_packages libc6-dev || die "libc's headers are missing: install the Debian package libc6-dev"
}

# is_newer_than FILE PATH...: a source under one of the paths is newer than FILE, or FILE is missing.
is_newer_than() {
    local file=$1
    shift
    [[ -e $file ]] || return 0
    [[ -n $(find "$@" \( -name bin -o -name obj \) -prune -o -type f -newer "$file" -print -quit) ]]
}

# publish PROJECT OUTPUT SOURCE...: builds the native executable OUTPUT, if a source is newer.
publish() {
    local project=$1 output=$2
    shift 2
    is_newer_than "$output" "$@" "$repository"/global.json "$repository"/src/Directory.*.props || return 0
    need_build_tools
    say "building ${output#"$repository"/}"
    run_quietly dotnet publish "$repository/$project" -c Release --nologo
    [[ -x $output ]] || die "the build left no $output"
    # An incremental build may leave the old file; its sources are no newer than it now.
    touch "$output"
}

publish_runtime() { publish src/OciRuntime.Cli "$repository/artifacts/ocirun" "$repository/src"; }

# run_quietly COMMAND...: shows the output only if the command fails.
run_quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        die "failed: $*"
    fi
    rm -f "$log"
}

# make_rootfs DIRECTORY: a root file system of Debian's static busybox.
make_rootfs() {
    local root=$1 applet
    need busybox busybox-static
    if ! is_static "$(command -v busybox)"; then
        # The package "busybox" has the same command, which needs a libc in the container.
        if ! install_packages busybox-static || ! is_static "$(command -v busybox)"; then
            die "this busybox is not static: install the Debian package busybox-static"
        fi
    fi
    mkdir -p "$root"/{bin,dev,etc,home,proc,root,run,sys,tmp,usr/bin,var}
    chmod 1777 "$root/tmp"
    cp -f "$(command -v busybox)" "$root/bin/busybox"
    for applet in $("$root/bin/busybox" --list); do
        [[ $applet == busybox ]] || ln -sf busybox "$root/bin/$applet"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home:/bin/sh\n' >"$root/etc/passwd"
    printf 'root:x:0:\nuser:x:1000:\n' >"$root/etc/group"
}

# ldd fails for a static program, and says so.
is_static() { [[ $(LC_ALL=C ldd "$1" 2>&1 || true) == *"not a dynamic"* ]]; }
