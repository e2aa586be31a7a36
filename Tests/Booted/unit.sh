#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What hostd promises as a unit: starts, kills, restarts, hangs, stops, and the shutdown of the host.
. /mnt/booted/lib.sh

pids() { echo "$(pid_of ticker) $(pid_of slow)"; }
is_ready() { systemctl is-active --quiet hostd && status_is '2 of 2 services ready'; }
log_is_longer_than() { [ "$(stat -c %s /var/log/hostd/ticker/current)" -gt "$1" ]; }
no_logger_runs() { [ "$(count hostd-logger)" = 0 ]; }
has_entry() { journalctl -q -b HOSTD_SERVICE=slow HOSTD_EVENT="$1" | grep -q slow; }

configure() {
    cat >/etc/hostd/hostd.toml <<END
[host]
stop_with_hostd = ${1:-true}
[control]
admin_group = "hostd-admin"
read_group = "hostd"
[service.ticker]
command = "i=0; while :; do echo tick \$((i += 1)); sleep 0.1; done"
[service.slow]
command = ["sleep", "100000"]
after = ["ticker"]
END
}

the_groups_are_there() {
    getent group hostd hostd-admin >/dev/null || fail 'sysusers.d did not make the groups'
}

a_start_returns_when_hostd_serves() {
    configure
    systemctl start hostd || fail 'systemctl start'
    hostctl events >/dev/null || fail 'no answer right after the start'
    until_true 10 'all services to be ready' is_ready
    expect 'the mode of /run/hostd' "$(stat -c %a /run/hostd)" 711
}

the_logger_is_a_unit_of_its_own() {
    expect 'hostd-logger.service' "$(systemctl is-active hostd-logger)" active
    expect 'loggers' "$(count hostd-logger)" 1
    grep -q hostd-logger.service "/proc/$(show MainPID hostd-logger)/cgroup" || fail 'the logger is elsewhere'
}

a_killed_hostd_comes_back_to_the_same_processes() {
    local before=$(pids) old=$(show MainPID)
    kill -KILL "$old"
    until_true 10 'another hostd' replaced hostd "$old"
    until_true 10 'all services to be ready' is_ready
    expect 'the pids' "$(pids)" "$before"
    expect 'the service result' "$(show Result)" success
}

a_killed_logger_comes_back_as_the_unit() {
    local old=$(show MainPID hostd-logger)
    kill -KILL "$old"
    until_true 10 'another logger' replaced hostd-logger "$old"
    local size=$(stat -c %s /var/log/hostd/ticker/current)
    until_true 10 'the log to grow' log_is_longer_than "$size"
    expect 'loggers' "$(count hostd-logger)" 1
    systemctl restart hostd-logger || fail 'systemctl restart hostd-logger'
    size=$(stat -c %s /var/log/hostd/ticker/current)
    until_true 10 'the log to grow after a restart' log_is_longer_than "$size"
    # The shell counts without a gap, whatever became of its readers.
    size=$(wc -l </var/log/hostd/ticker/current)
    head -n "$size" /var/log/hostd/ticker/current | cut -d' ' -f2 | cmp -s - <(seq "$size") || fail 'lines are missing'
}

a_restart_leaves_everything_running() {
    local before=$(pids)
    systemctl restart hostd || fail 'systemctl restart'
    until_true 10 'all services to be ready' is_ready
    expect 'the pids' "$(pids)" "$before"
    journalctl -q -b HOSTD_EVENT=host.detaching | grep -q 'the manager restarts it' || fail 'no word on the restart'
}

a_hostd_that_hangs_is_killed_and_replaced() {
    local before=$(pids) old
    mkdir -p /run/systemd/system/hostd.service.d
    printf '[Service]\nWatchdogSec=1s\nTimeoutAbortSec=1s\n' >/run/systemd/system/hostd.service.d/test.conf
    systemctl daemon-reload
    systemctl restart hostd || fail 'systemctl restart'
    old=$(show MainPID)
    kill -STOP "$old"
    until_true 20 'another hostd' replaced hostd "$old"
    until_true 10 'all services to be ready' is_ready
    expect 'the pids' "$(pids)" "$before"
    rm -r /run/systemd/system/hostd.service.d
    systemctl daemon-reload
    systemctl restart hostd
}

a_journal_that_hangs_holds_nothing_up() {
    local journald=$(show MainPID systemd-journald)
    kill -STOP "$journald"
    for _ in $(seq 12); do timeout 10 hostctl restart slow >/dev/null || fail 'no restart while journald hangs'; done
    kill -CONT "$journald"
    hostctl stop slow >/dev/null && hostctl start slow >/dev/null
    until_true 10 'the entries' has_entry service.stopped
}

events_are_entries_with_their_fields() {
    local entry
    entry=$(journalctl -q -b -n 1 -o json HOSTD_SERVICE=ticker HOSTD_EVENT=service.ready)
    for field in '"MESSAGE_ID":"eafb0f539ec746e99df0a0e65992cc51"' '"PRIORITY":"5"' '"SYSLOG_IDENTIFIER":"hostd"' \
        '"HOSTD_INSTANCE":"ticker.' '"_SYSTEMD_UNIT":"hostd.service"'; do
        case $entry in *"$field"*) ;; *) fail "no $field in $entry" ;; esac
    done
    journalctl --update-catalog 2>/dev/null
    journalctl --list-catalog 2>/dev/null | grep -q 7d36119a2315420ca376a45413aee804 || fail 'the catalog is not read'
}

a_reload_is_done_by_hostctl() {
    hostctl help reload >/dev/null 2>&1 || return 0
    local before=$(pids)
    printf '[service.third]\ncommand = ["sleep", "100000"]\n' >>/etc/hostd/hostd.toml
    systemctl reload hostd || fail 'systemctl reload'
    until_true 10 'the third service' status_is '3 of 3 services ready'
    expect 'the pids' "$(pids)" "$before"
    configure
    systemctl reload hostd
    until_true 10 'the third service to be gone' is_ready
}

a_stop_ends_everything_in_order() {
    systemctl stop hostd || fail 'systemctl stop'
    expect 'hostd' "$(systemctl is-active hostd)" inactive
    expect 'keepers' "$(count hostd-keeper)" 0
    until_true 10 'the logger to end' no_logger_runs
    expect 'the logger' "$(systemctl is-failed hostd-logger)" inactive
    systemctl start hostd
    until_true 10 'all services to be ready' is_ready
}

a_stop_takes_the_time_that_services_need() {
    mkdir -p /run/systemd/system/hostd.service.d
    printf '[Service]\nTimeoutStopSec=2s\n' >/run/systemd/system/hostd.service.d/test.conf
    systemctl daemon-reload
    cat >>/etc/hostd/hostd.toml <<'END'
[service.stubborn]
command = "trap '' TERM; while :; do sleep 1; done"
stop = { grace = "5s" }
END
    systemctl restart hostd
    until_true 10 'the stubborn service' status_is '3 of 3 services ready'
    systemctl stop hostd || fail 'systemctl stop'
    expect 'the result' "$(show Result)" success
    expect 'keepers' "$(count hostd-keeper)" 0
    rm -r /run/systemd/system/hostd.service.d
    systemctl daemon-reload
    configure
    systemctl start hostd
    until_true 10 'all services to be ready' is_ready
}

a_stop_that_has_to_kill_hostd_sweeps() {
    mkdir -p /run/systemd/system/hostd.service.d
    printf '[Service]\nTimeoutStopSec=1s\n' >/run/systemd/system/hostd.service.d/test.conf
    systemctl daemon-reload
    kill -STOP "$(show MainPID)"
    systemctl stop hostd
    expect 'keepers' "$(count hostd-keeper)" 0
    expect 'sleepers' "$(pgrep -c -f 'sleep 100000' || true)" 0
    rm -r /run/systemd/system/hostd.service.d
    systemctl daemon-reload
    systemctl reset-failed hostd
}

services_can_outlive_a_stop() {
    configure false
    systemctl start hostd
    until_true 10 'all services to be ready' is_ready
    local before=$(pids)
    systemctl stop hostd
    expect 'keepers' "$(($(count hostd-keeper) >= 2))" 1
    systemctl start hostd
    until_true 10 'all services to be ready' is_ready
    expect 'the pids' "$(pids)" "$before"
    configure
    systemctl restart hostd
    until_true 10 'all services to be ready' is_ready
    systemctl stop hostd
    expect 'keepers' "$(count hostd-keeper)" 0
}

# The last one before the shutdown.
a_host_that_goes_down_lets_services_finish() {
    configure
    cat >>/etc/hostd/hostd.toml <<'END'
[service.polite]
command = "trap 'sleep 1; echo farewell; exit' TERM; while :; do sleep 1 & wait; done"
END
    systemctl restart hostd
    until_true 10 'the polite service' status_is '3 of 3 services ready'
}

# After the other boot.
the_host_let_services_finish() {
    grep -qx farewell /var/log/hostd/polite/current || fail 'a service was not let finish when the host went down'
}

if [ "$1" = 2 ]; then
    run_scenarios the_host_let_services_finish
    exit 0
fi
run_scenarios the_groups_are_there a_start_returns_when_hostd_serves the_logger_is_a_unit_of_its_own \
    a_killed_hostd_comes_back_to_the_same_processes a_killed_logger_comes_back_as_the_unit \
    a_restart_leaves_everything_running a_hostd_that_hangs_is_killed_and_replaced \
    a_journal_that_hangs_holds_nothing_up events_are_entries_with_their_fields a_reload_is_done_by_hostctl \
    a_stop_ends_everything_in_order a_stop_takes_the_time_that_services_need a_stop_that_has_to_kill_hostd_sweeps \
    services_can_outlive_a_stop a_host_that_goes_down_lets_services_finish
# The host goes down and boots once more.
exit 99
