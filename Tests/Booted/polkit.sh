#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A hostd that is no root asks the system's manager for units: polkit decides (docs/units.md).
. /mnt/booted/lib.sh

service_is() { [ "$(systemctl show -P ActiveState hostd-svc-own)" = "$1" ]; }
reason_has() { hostctl status own 2>/dev/null | grep -q "$1"; }
# other_pid PID: the service runs as another process than PID.
other_pid() { local now; now=$(pid_of own); [ -n "$now" ] && [ "$now" != "$1" ]; }

hostd_runs_as_a_user_and_is_to_use_the_manager() {
    useradd --create-home agent || fail 'no user'
    mkdir -p /etc/hostd
    cat >/etc/hostd/hostd.toml <<'END'
[host]
launcher = "systemd"
[service.own]
command = ["sh", "-c", "echo i-am-$(id -un); exec sleep 100000"]
restart = { backoff = "0s", burst = 0 }
END
    local unit
    for unit in hostd hostd-logger; do
        install -D -m 644 /usr/local/share/doc/hostd/examples/hostd-own-user.conf /etc/systemd/system/$unit.service.d/user.conf
    done
    systemctl daemon-reload
    systemctl start hostd || fail 'systemctl start'
}

a_refusal_says_who_decides_and_what_would_help() {
    until_true 20 'the refusal' reason_has 'the service manager does not let uid'
    reason_has polkit || fail 'no word on polkit'
    expect 'processes of the service' "$(pgrep -c -f 'sleep 100000' || true)" 0
}

a_rule_of_polkit_lets_it() {
    # The very rule of the documentation.
    sed -n '/50-hostd.rules/,/});/p' /usr/local/share/doc/hostd/units.md | sed 's/^    //' >/etc/polkit-1/rules.d/50-hostd.rules
    systemctl restart polkit
    hostctl restart own >/dev/null || fail 'hostctl restart'
    until_true 20 'the unit' service_is active
    expect 'the user of the unit' "$(show User hostd-svc-own)" "$(id -u agent)"
    expect 'the user of the service' "$(ps -o user= -p "$(pid_of own)")" agent
    expect 'what it wrote' "$(tail -n 1 /var/log/hostd/own/current)" i-am-agent
}

what_runs_is_kept_and_replaced_as_ever() {
    local pid old
    pid=$(pid_of own)
    old=$(show MainPID)
    kill -KILL "$old"
    until_true 10 'another hostd' replaced hostd "$old"
    until_true 10 'the same process' reason_has "$pid"
    kill -KILL "$pid"
    until_true 10 'another process' other_pid "$pid"
    # A restart is told from a stop by the system's manager, not by the user's.
    pid=$(pid_of own)
    systemctl restart hostd || fail 'systemctl restart'
    until_true 10 'the same process' reason_has "$pid"
    # The bus is all that it has.
    systemctl restart dbus
    pid=$(pid_of own)
    kill -KILL "$pid"
    until_true 20 'another process' other_pid "$pid"
    systemctl stop hostd || fail 'systemctl stop'
    expect 'keepers' "$(count hostd-keeper)" 0
}

run_scenarios hostd_runs_as_a_user_and_is_to_use_the_manager a_refusal_says_who_decides_and_what_would_help \
    a_rule_of_polkit_lets_it what_runs_is_kept_and_replaced_as_ever
