# SPDX-License-Identifier: Apache-2.0
# What the topics beside this file have in common. Each runs as root inside the container that tools/booted boots. A
# scenario is a function whose name says what is promised; the first that fails ends all with what there is to know.
set -u

fail() {
    echo "FAILED: ${scenario:-}: $1" >&2
    systemctl status --no-pager -l hostd hostd-logger >&2
    journalctl --no-pager -b -o short-precise -u hostd -u hostd-logger -n 80 >&2
    exit 1
}

# until_true SECONDS WHAT COMMAND...: waits for it.
until_true() {
    local tries=$(($1 * 20)) what=$2
    shift 2
    for _ in $(seq "$tries"); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.05
    done
    fail "waited for: $what"
}

expect() { [ "$2" = "$3" ] || fail "$1: \"$2\", expected \"$3\""; }
# has WHAT TEXT PART
has() { case $2 in *"$3"*) ;; *) fail "$1: no \"$3\" in \"$2\"" ;; esac }
show() { systemctl show -P "$1" "${2:-hostd}"; }
pid_of() { hostctl status "$1" --json | tr ',' '\n' | sed -n 's/.*"pid": *\([0-9][0-9]*\).*/\1/p' | head -n 1; }
status_is() { [ "$(show StatusText)" = "$1" ]; }
# replaced UNIT PID: another process than PID serves now.
replaced() {
    local pid
    pid=$(show MainPID "$1")
    [ "${pid:-0}" -gt 0 ] && [ "$pid" != "$2" ] && systemctl is-active --quiet "$1"
}
count() { pgrep -c -x "$1" || true; }
passed() { echo "passed: $1"; }

# run_scenarios NAME...
run_scenarios() {
    for scenario in "$@"; do
        "$scenario"
        passed "${scenario//_/ }"
    done
}
