#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hostd as a unit of a user's own manager.
. /mnt/booted/lib.sh

uid=4711

as_user() { setpriv --reuid=$uid --regid=$uid --clear-groups env XDG_RUNTIME_DIR=/run/user/$uid HOME=/home/agent "$@"; }
manager_runs() { as_user systemctl --user is-active --quiet basic.target; }

# another_sleeper PID: the service runs as another process than PID.
another_sleeper() { local now; now=$(pgrep -f 'sleep 200000') && [ "$now" != "$1" ]; }

a_users_manager_runs_without_a_login() {
    groupadd --gid $uid agent && useradd --create-home --uid $uid --gid $uid agent || fail 'no user'
    loginctl enable-linger agent || fail 'loginctl enable-linger'
    until_true 20 "the user's manager" manager_runs
}

a_users_unit_keeps_the_same_promises() {
    local sleeper
    as_user mkdir -p /home/agent/.config/hostd
    printf '[service.sleeper]\ncommand = ["sleep", "200000"]\n' >/home/agent/.config/hostd/hostd.toml
    chown -R agent /home/agent
    as_user systemctl --user start hostd || fail "systemctl --user start"
    until_true 10 "the user's service" pgrep -f 'sleep 200000'
    sleeper=$(pgrep -f 'sleep 200000')
    expect "the user's socket" "$(as_user systemctl --user is-active hostd.socket)" active
    # By itself it takes the user's own manager for its launcher.
    expect "the unit of the service" "$(as_user systemctl --user is-active hostd-svc-sleeper.service)" active
    expect "its slice" "$(as_user systemctl --user show -P Slice hostd-svc-sleeper)" hostd-services.slice
    has "the cgroup of the service" "$(cat "/proc/$sleeper/cgroup")" "/user@$uid.service/hostd.slice/"
    kill -KILL "$sleeper"
    until_true 10 'another process' another_sleeper "$sleeper"
    sleeper=$(pgrep -f 'sleep 200000')
    as_user python3 /mnt/booted/asker.py /run/user/$uid/hostd/hostd.sock /run/user/$uid/asked >/run/asker.said &
    as_user systemctl --user restart hostd || fail "systemctl --user restart"
    as_user systemctl --user kill --kill-whom=main -s KILL hostd
    until_true 10 'another hostd' as_user hostctl job list
    touch /run/user/$uid/asked
    wait $!
    has "the user's questions" "$(cat /run/asker.said)" ' refused=0 '
    expect "the user's pid" "$(pgrep -f 'sleep 200000')" "$sleeper"
    as_user systemctl --user stop hostd || fail "systemctl --user stop"
    expect "the user's units" "$(as_user systemctl --user list-units --all --plain --no-legend 'hostd-svc-*' | wc -l)" 0
    expect "the user's processes" "$(pgrep -c -f 'sleep 200000' || true) $(count hostd-keeper)" '0 0'
}

run_scenarios a_users_manager_runs_without_a_login a_users_unit_keeps_the_same_promises
