#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The systemd launcher: a transient unit for each instance and each attempt (docs/units.md).
. /mnt/booted/lib.sh

pids() { echo "$(pid_of ticker) $(pid_of slow)"; }
is_ready() { systemctl is-active --quiet hostd && status_is '2 of 2 services ready'; }
unit_is_active() { systemctl is-active --quiet "$1"; }
unit_is_gone() { [ "$(systemctl show -P LoadState "$1")" = not-found ]; }
# other_pid NAME PID: NAME runs as another process than PID.
other_pid() { local now; now=$(pid_of "$1"); [ -n "$now" ] && [ "$now" != "$2" ]; }
has_event() { journalctl -q -b HOSTD_SERVICE="$1" HOSTD_EVENT="$2" | grep -q "$3"; }
# In the order in which the shell wrote them, none missing and none twice.
lines_are_whole() { cut -d' ' -f2 "$1" | cmp -s - <(seq "$(wc -l <"$1")"); }
job_state() { hostctl job show "$1" --json | sed 's/.*"state": *"\([a-z]*\)".*/\1/' | head -n 1; }

configure() {
    mkdir -p /etc/hostd/conf.d
    cat >/etc/hostd/hostd.toml <<END
[service.ticker]
command = "i=0; while :; do echo tick \$((i += 1)); sleep 0.01; done"
stop = { grace = "5s" }
limits = { memory = "512MiB", tasks = 64, cpu = "50%" }
[service.slow]
command = ["sleep", "100000"]
after = ["ticker"]
restart = { backoff = "0s", burst = 0 }
[kind.count]
preset = "generic"
command = ["/bin/sh", "-c", "i=0; while :; do echo step \$((i += 1)); sleep 0.01; done"]
END
}

each_service_has_a_unit_of_its_own() {
    configure
    systemctl start hostd || fail 'systemctl start'
    until_true 10 'all services to be ready' is_ready
    expect 'the launcher' "$(hostctl status --json | sed 's/.*"launcher": *"\([a-z]*\)".*/\1/')" systemd
    for name in ticker slow; do
        expect "hostd-svc-$name" "$(systemctl is-active hostd-svc-$name.service)" active
        expect 'its slice' "$(show Slice hostd-svc-$name)" hostd-services.slice
        expect 'its KillMode' "$(show KillMode hostd-svc-$name)" mixed
        expect 'its main process' "$(cat "/proc/$(show MainPID hostd-svc-$name)/comm")" hostd-keeper
        has 'the cgroup of the program' "$(cat "/proc/$(pid_of $name)/cgroup")" "/hostd-svc-$name.service"
        has 'its description' "$(show Description hostd-svc-$name)" "$name, kept by hostd"
    done
    expect 'processes beside hostd in its unit' "$(wc -w <"/sys/fs/cgroup$(show ControlGroup)/cgroup.procs")" 1
}

limits_are_properties_of_the_unit() {
    expect MemoryMax "$(show MemoryMax hostd-svc-ticker)" $((512 << 20))
    expect TasksMax "$(show TasksMax hostd-svc-ticker)" 64
    expect CPUQuota "$(show CPUQuotaPerSecUSec hostd-svc-ticker)" 500ms
    expect User "$(show User hostd-svc-ticker)" ''
    sed -i 's/"512MiB"/"256MiB"/' /etc/hostd/hostd.toml
    local before=$(pids)
    hostctl reload >/dev/null || fail 'hostctl reload'
    until_true 10 'the new limit' memory_is $((256 << 20))
    expect 'the pids' "$(pids)" "$before"
    # One that is taken away, while no hostd runs.
    sed -i 's/memory = "256MiB", //' /etc/hostd/hostd.toml
    local old=$(show MainPID)
    kill -KILL "$old"
    until_true 10 'another hostd' replaced hostd "$old"
    until_true 10 'no limit' memory_is infinity
    expect 'the pids' "$(pids)" "$before"
    journalctl -q -b -u hostd -o cat | grep 'could not be set' && fail 'a warning for nothing'
    configure
    hostctl reload >/dev/null || fail 'hostctl reload'
    until_true 10 'the limit' memory_is $((512 << 20))
}
memory_is() { [ "$(show MemoryMax hostd-svc-ticker)" = "$1" ]; }

a_program_that_dies_is_replaced_in_the_same_unit() {
    for _ in $(seq 20); do
        local old=$(pid_of slow)
        kill -KILL "$old"
        until_true 10 'another process' other_pid slow "$old"
    done
    has 'the cgroup of the program' "$(cat "/proc/$(pid_of slow)/cgroup")" /hostd-svc-slow.service
    expect 'units' "$(systemctl list-units --all --plain --no-legend 'hostd-svc-*' | wc -l)" 2
    expect 'failed units' "$(systemctl list-units --failed --plain --no-legend | wc -l)" 0
}

a_keeper_that_is_killed_takes_its_tree_along_and_is_replaced() {
    local old=$(pid_of slow)
    systemctl kill --signal=KILL --kill-whom=main hostd-svc-slow
    until_true 10 'another process' other_pid slow "$old"
    [ -e "/proc/$old" ] && fail 'the old process lives'
    until_true 10 'all services to be ready' is_ready
}

a_unit_that_a_person_stops_comes_back_with_a_word_why() {
    local old=$(pid_of slow)
    systemctl stop hostd-svc-slow
    until_true 10 'another process' other_pid slow "$old"
    until_true 10 'all services to be ready' is_ready
    old=$(pid_of slow)
    systemctl restart hostd-svc-slow
    until_true 10 'another process' other_pid slow "$old"
    until_true 10 'all services to be ready' is_ready
}

a_unit_that_cannot_be_set_up_says_why_and_harms_nobody() {
    local before=$(pids)
    cat >>/etc/hostd/hostd.toml <<'END'
[service.broken]
command = ["sleep", "100000"]
unit = { BindPaths = "/there/is/no/such/folder" }
END
    hostctl reload >/dev/null
    until_true 10 'the word on it' has_event broken service.backoff 'mount namespace'
    expect 'the pids' "$(pids)" "$before"
    hostctl stop broken >/dev/null || fail 'hostctl stop'
    configure
    hostctl reload >/dev/null
    until_true 10 'all services to be ready' is_ready
    expect 'failed units' "$(systemctl list-units --failed --plain --no-legend | wc -l)" 0
}

a_name_that_somebody_else_has_is_taken_over() {
    hostctl stop slow >/dev/null
    until_true 10 'the name to be free' unit_is_gone hostd-svc-slow.service
    systemd-run --quiet --unit=hostd-svc-slow sleep 200000
    hostctl start slow >/dev/null || fail 'hostctl start'
    expect 'the stranger' "$(pgrep -c -f 'sleep 200000' || true)" 0
    until_true 10 'all services to be ready' is_ready
}

a_bus_that_goes_away_holds_nothing_up() {
    systemctl stop dbus.socket dbus.service 2>/dev/null
    local old=$(pid_of slow)
    kill -KILL "$old"
    until_true 10 'another process' other_pid slow "$old"
    systemctl start dbus.socket dbus.service
}

a_manager_that_executes_itself_anew_is_found_again() {
    local old
    for _ in 1 2 3 4 5; do
        systemctl daemon-reexec &
        old=$(pid_of slow)
        kill -KILL "$old"
        until_true 20 'another process' other_pid slow "$old"
        wait $!
        systemctl daemon-reload
    done
    until_true 10 'all services to be ready' is_ready
    expect 'failed units' "$(systemctl list-units --failed --plain --no-legend | wc -l)" 0
}

all_are_up() { status_is '42 of 42 services ready'; }
many_are_others() { [ -z "$(echo "$1" "$(many)" | tr ' ' '\n' | sort | uniq -d)" ] && [ "$(many | wc -w)" = 40 ]; }
many() { pgrep -f 'sleep 300000' | xargs; }

many_services_start_and_come_back_at_once() {
    printf '[service.many]\ncommand = ["sleep", "300000"]\ninstances = 40\nrestart = { backoff = "0s" }\n' \
        >/etc/hostd/conf.d/many.toml
    hostctl reload >/dev/null || fail 'hostctl reload'
    until_true 20 'all of them' all_are_up
    local before=$(many)
    # Their names are those of their own pids.
    # shellcheck disable=SC2086
    kill -KILL $before
    until_true 20 'all of them anew' many_are_others "$before"
    until_true 20 'all of them to be ready' all_are_up
    expect 'their units' "$(systemctl list-units --plain --no-legend --state=active 'hostd-svc-many@*' | wc -l)" 40
    rm /etc/hostd/conf.d/many.toml
    hostctl reload >/dev/null || fail 'hostctl reload'
    until_true 20 'all services to be ready' is_ready
}

other_is_ready() { hostctl --dir /srv/try status slow >/dev/null 2>&1; }

# With a service of the same name.
another_hostd_on_the_host_has_units_of_its_own() {
    local before=$(pids) own
    mkdir -p /srv/try
    printf '[service.slow]\ncommand = ["sleep", "400000"]\n' >/srv/try/hostd.toml
    systemd-run --quiet --unit=another --property=Type=notify hostd --dir /srv/try || fail 'systemd-run hostd'
    until_true 10 'the other one' other_is_ready
    own=$(systemctl list-units --plain --no-legend 'hostd-*-svc-slow.service' | cut -d' ' -f1)
    has 'the cgroup of its program' "$(cat "/proc/$(pgrep -f 'sleep 400000')/cgroup")" "/$own"
    systemctl restart hostd
    until_true 10 'all services to be ready' is_ready
    expect 'the pids' "$(pids)" "$before"
    other_is_ready || fail 'the other one has lost its service'
    systemctl stop another
    expect 'what the other one ran' "$(pgrep -c -f 'sleep 400000' || true)" 0
    expect 'the pids' "$(pids)" "$before"
}

an_attempt_of_a_job_has_a_unit() {
    job=$(hostctl job submit --kind count) || fail 'hostctl job submit'
    until_true 10 'its unit' unit_is_active "hostd-job-$job-1.service"
    expect 'its slice' "$(show Slice "hostd-job-$job-1")" hostd-jobs.slice
    has 'its description' "$(show Description "hostd-job-$job-1")" "attempt 1 (count)"
}

two_hundred_kills_of_hostd_disturb_nobody() {
    local before="$(pids) $(show MainPID "hostd-job-$job-1")" old since
    since=$(date +%s)
    for _ in $(seq 200); do
        old=$(show MainPID)
        kill -KILL "$old"
        until_true 10 'another hostd' replaced hostd "$old"
    done
    until_true 10 'all services to be ready' is_ready
    expect 'the pids' "$(pids) $(show MainPID "hostd-job-$job-1")" "$before"
    expect 'the state of the job' "$(job_state "$job")" running
    hostctl job show "$job" --json | grep -q '"state": *"disrupted"' && fail 'an attempt was disrupted'
    expect 'left-over warnings' "$(journalctl -q -b -u hostd --since "@$since" | grep -c 'left-over' || true)" 0
    expect 'the result of the unit' "$(show Result)" success
    hostctl job cancel "$job" >/dev/null
    until_true 10 'the unit of the job to be gone' unit_is_gone "hostd-job-$job-1.service"
    hostctl stop ticker >/dev/null
    lines_are_whole /var/log/hostd/ticker/current || fail 'lines of the service are missing'
    lines_are_whole "/var/log/hostd/job-$job/current" || fail 'lines of the job are missing'
    hostctl start ticker >/dev/null
    # Nothing but what people expect to see.
    systemctl status --no-pager -n 0 hostd >/run/status || fail 'systemctl status'
    grep -q 'Active: active (running)' /run/status || fail "$(cat /run/status)"
    grep -Eqi 'warning|error|failed' /run/status && fail "$(cat /run/status)"
}

a_restart_leaves_everything_running() {
    until_true 10 'all services to be ready' is_ready
    local before=$(pids)
    systemctl restart hostd || fail 'systemctl restart'
    until_true 10 'all services to be ready' is_ready
    expect 'the pids' "$(pids)" "$before"
}

a_unit_that_no_folder_knows_of_is_ended() {
    local old=$(pid_of slow)
    systemctl kill --signal=STOP --kill-whom=main hostd
    kill -KILL "$(show MainPID)"
    rm -rf /run/hostd/slow.* /run/hostd/services/slow*
    until_true 20 'another process' other_pid slow "$old"
    [ -e "/proc/$old" ] && fail 'the old process lives'
    until_true 10 'all services to be ready' is_ready
}

the_launcher_can_be_changed_while_everything_runs() {
    local before=$(pids) old
    configure
    sed -i '1i [host]\nlauncher = "direct"' /etc/hostd/hostd.toml
    hostctl reload >/dev/null || fail 'hostctl reload'
    expect 'the pids' "$(pids)" "$before"
    old=$(pid_of slow)
    kill -KILL "$old"
    until_true 10 'another process' other_pid slow "$old"
    has 'the cgroup of the program' "$(cat "/proc/$(pid_of slow)/cgroup")" /hostd.service
    configure
    hostctl reload >/dev/null || fail 'hostctl reload'
    old=$(pid_of slow)
    kill -KILL "$old"
    until_true 10 'another process' other_pid slow "$old"
    has 'the cgroup of the program' "$(cat "/proc/$(pid_of slow)/cgroup")" /hostd-svc-slow.service
}

a_stop_ends_everything_in_order_and_leaves_no_unit() {
    systemctl stop hostd || fail 'systemctl stop'
    expect 'keepers' "$(count hostd-keeper)" 0
    expect 'units' "$(systemctl list-units --all --plain --no-legend 'hostd-svc-*' 'hostd-job-*' | wc -l)" 0
    journalctl -q -b -o cat HOSTD_EVENT=service.stopped -n 2 | head -n 1 | grep -q '^slow' || fail 'the order'
}

a_stop_that_has_to_kill_hostd_sweeps() {
    systemctl start hostd
    until_true 10 'all services to be ready' is_ready
    mkdir -p /run/systemd/system/hostd.service.d
    printf '[Service]\nTimeoutStopSec=1s\n' >/run/systemd/system/hostd.service.d/test.conf
    systemctl daemon-reload
    kill -STOP "$(show MainPID)"
    systemctl stop hostd
    expect 'keepers' "$(count hostd-keeper)" 0
    expect 'units' "$(systemctl list-units --all --plain --no-legend 'hostd-svc-*' | wc -l)" 0
    rm -r /run/systemd/system/hostd.service.d
    systemctl daemon-reload
    systemctl reset-failed hostd 2>/dev/null
}

# The last one before the shutdown.
services_are_stopped_in_order_when_the_host_goes_down() {
    cat >/etc/hostd/hostd.toml <<'END'
[service.first]
command = "trap 'echo $(cut -d. -f1 /proc/uptime) >>/var/tmp/first; exit' TERM; while :; do sleep 1 & wait; done"
[service.second]
command = "trap 'sleep 1; echo $(cut -d. -f1 /proc/uptime) >>/var/tmp/second; exit' TERM; while :; do sleep 1 & wait; done"
after = ["first"]
END
    systemctl start hostd
    until_true 10 'both services to be ready' is_ready
}

# After the other boot.
the_host_stopped_the_second_service_first() {
    [ -s /var/tmp/first ] && [ -s /var/tmp/second ] || fail 'a service was not let finish'
    awk -v a="$(cat /var/tmp/second)" -v b="$(cat /var/tmp/first)" 'BEGIN { exit !(a <= b) }' || fail 'the order'
}

if [ "$1" = 2 ]; then
    run_scenarios the_host_stopped_the_second_service_first
    exit 0
fi
run_scenarios each_service_has_a_unit_of_its_own limits_are_properties_of_the_unit \
    a_program_that_dies_is_replaced_in_the_same_unit a_keeper_that_is_killed_takes_its_tree_along_and_is_replaced \
    a_unit_that_a_person_stops_comes_back_with_a_word_why a_unit_that_cannot_be_set_up_says_why_and_harms_nobody \
    a_name_that_somebody_else_has_is_taken_over a_bus_that_goes_away_holds_nothing_up \
    a_manager_that_executes_itself_anew_is_found_again many_services_start_and_come_back_at_once \
    another_hostd_on_the_host_has_units_of_its_own \
    an_attempt_of_a_job_has_a_unit \
    two_hundred_kills_of_hostd_disturb_nobody a_restart_leaves_everything_running \
    a_unit_that_no_folder_knows_of_is_ended the_launcher_can_be_changed_while_everything_runs \
    a_stop_ends_everything_in_order_and_leaves_no_unit a_stop_that_has_to_kill_hostd_sweeps \
    services_are_stopped_in_order_when_the_host_goes_down
exit 99
