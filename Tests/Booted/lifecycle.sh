#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The life of hostd.service: its socket, what the manager keeps for it, restarts and stops that go wrong half-way, and the
# shutdown, reboot and power failure of the host. LAUNCHER says which launcher all of it is shown for.
. /mnt/booted/lib.sh
. /mnt/booted/lifecycle-lib.sh
LAUNCHER=${LAUNCHER:-direct}

the_socket_alone_starts_hostd_with_the_first_question() {
    configure
    systemctl start hostd.socket || fail 'systemctl start hostd.socket'
    expect 'hostd before anybody asked' "$(systemctl is-active hostd)" inactive
    expect 'the mode of the socket' "$(stat -c %a $control)" 600
    hostctl status >/dev/null 2>&1
    [ $? -le 3 ] || fail 'no answer to the first question'
    until_true 20 'all services to be ready' is_ready
    expect 'the mode of the socket, with a read_group' "$(stat -c %a $control)" 666
    id=$(hostctl job submit --kind counter)
    until_true 10 'the job to run' job_runs
}

what_the_manager_passes_reaches_no_child() {
    local pid
    for pid in $(pids) $(pgrep -x hostd-keeper); do
        tr '\0' '\n' <"/proc/$pid/environ" | grep -q '^LISTEN_' && fail "LISTEN_ in the environment of $pid"
    done
    return 0
}

# While hostd is restarted, killed and replaced in its place.
nobody_is_refused_while_hostd_is_away() {
    local before=$(pids) ask hostctl said broken
    python3 /mnt/booted/asker.py $control /run/asked >/run/asker.said &
    ask=$!
    while [ ! -e /run/asked ]; do
        hostctl job list >/dev/null 2>>/run/hostctl.said || echo "hostctl: $?"
    done >/run/hostctl.failed &
    hostctl=$!
    for _ in $(seq 20); do systemctl restart hostd || fail 'systemctl restart'; done
    for _ in $(seq 20); do kill_hostd KILL; done
    for _ in $(seq 5); do hostctl reexec >/dev/null || fail 'hostctl reexec'; done
    kill_hostd KILL
    touch /run/asked
    wait $ask $hostctl
    until_true 20 'all services to be ready' is_ready
    said=$(cat /run/asker.said)
    echo "  20 restarts, 21 kills, 5 reexecs: $said"
    has 'refusals' "$said" ' refused=0 '
    # One that had been let in when hostd was killed has no answer; each kill hits one at most.
    broken=$(sed 's/.* broken=\([0-9]*\) .*/\1/' <<<"$said")
    [ "$broken" -le 21 ] || fail "more connections than kills were broken: $said"
    [ ! -s /run/hostctl.failed ] || fail "hostctl failed: $(cat /run/hostctl.failed /run/hostctl.said)"
    expect 'the pids' "$(pids)" "$before"
}

an_orderly_restart_breaks_no_connection() {
    local ask
    rm -f /run/asked
    python3 /mnt/booted/asker.py $control /run/asked >/run/asker.said &
    ask=$!
    for _ in $(seq 10); do systemctl restart hostd || fail 'systemctl restart'; done
    for _ in $(seq 3); do hostctl reexec >/dev/null || fail 'hostctl reexec'; done
    touch /run/asked
    wait $ask
    has 'the questions' "$(cat /run/asker.said)" ' refused=0 broken=0 '
}

a_socket_that_is_stopped_leaves_hostd_reachable_and_comes_with_the_next_restart() {
    local before=$(pids)
    systemctl stop hostd.socket || fail 'systemctl stop hostd.socket'
    hostctl job list >/dev/null || fail 'no answer without hostd.socket'
    kill_hostd KILL
    until_true 20 'all services to be ready' is_ready
    hostctl job list >/dev/null || fail 'no answer of a hostd that listens itself'
    systemctl restart hostd || fail 'systemctl restart'
    expect 'hostd.socket' "$(systemctl is-active hostd.socket)" active
    hostctl job list >/dev/null || fail 'no answer after that'
    expect 'the pids' "$(pids)" "$before"
}

a_name_that_is_deleted_is_made_anew() {
    local before=$(pids)
    rm $control
    systemctl restart hostd || fail 'systemctl restart'
    hostctl job list >/dev/null || fail 'no answer at the new name'
    said_by_hostd "$control has been removed or replaced since"
    systemctl stop hostd.socket
    systemctl restart hostd || fail 'systemctl restart'
    expect 'who listens' "$(listener_of $control)" 1
    expect 'the pids' "$(pids)" "$before"
}

a_wrong_socket_is_explained_and_not_used() {
    local before=$(pids)
    printf '[Socket]\nListenStream=/run/other.sock\nListenDatagram=/run/other.datagram\nService=hostd.service\n' \
        >/run/systemd/system/other.socket
    systemctl daemon-reload
    # It cannot start while hostd runs, and starts when a restart has stopped it.
    printf '[Unit]\nWants=other.socket\nAfter=other.socket\n' >/run/systemd/system/hostd.service.d/other.conf
    systemctl daemon-reload
    systemctl restart hostd || fail 'systemctl restart'
    said_by_hostd '"other.socket" as control socket, but it listens at /run/other.sock'
    said_by_hostd 'but it is no Unix stream socket'
    expect 'who listens' "$(listener_of $control)" 1
    systemctl stop other.socket
    rm /run/systemd/system/other.socket /run/systemd/system/hostd.service.d/other.conf
    systemctl daemon-reload
    systemctl restart hostd
    expect 'the pids' "$(pids)" "$before"
}

# Nobody but the manager has the socket then: hostd is dead, and the service has no keeper.
a_held_socket_survives_hostd_while_its_service_is_down() {
    configure true '
[service.web]
command = "test -e /run/go && exec python3 /mnt/booted/held.py"
listen = ["127.0.0.1:8099"]
restart = { backoff = "5m", max_backoff = "5m", jitter = "0%", stable = "1h", burst = 0 }'
    systemctl reload hostd
    until_true 10 'the service to wait for its back-off' state_is web backoff
    expect 'what the manager keeps' "$(show NFileDescriptorStore)" 1
    python3 -c '
import socket
visitor = socket.create_connection(("127.0.0.1", 8099))
open("/run/visitor.connected", "w").close()
open("/run/visitor.said", "w").write(visitor.recv(64).decode())' &
    local visitor=$!
    until_true 10 'the visitor to be connected' test -e /run/visitor.connected
    kill_hostd KILL
    until_true 10 'the service to wait again' state_is web backoff
    systemctl restart hostd
    touch /run/go
    hostctl start web >/dev/null || fail 'hostctl start web'
    wait $visitor || fail 'the connection of the visitor was lost'
    expect 'who answered' "$(cat /run/visitor.said)" "$(pid_of web)"
    hostctl stop web >/dev/null || fail 'hostctl stop web'
    until_true 10 'the manager to let it go' keeps 0
    configure
    systemctl reload hostd
}

whatever_the_manager_is_told_nothing_is_touched() {
    local before=$(pids)
    systemctl try-restart hostd || fail 'systemctl try-restart'
    systemctl daemon-reexec || fail 'systemctl daemon-reexec'
    hostctl job list >/dev/null || fail 'no answer after daemon-reexec'
    systemctl daemon-reload && systemctl restart hostd || fail 'systemctl restart'
    systemctl restart hostd &
    systemctl restart hostd || fail 'systemctl restart, twice'
    wait $! || fail 'systemctl restart, twice'
    # In the midst of its start, and while the manager is busy.
    systemctl restart --no-block hostd
    systemctl daemon-reload
    systemctl restart hostd || fail 'systemctl restart'
    until_true 20 'all services to be ready' is_ready
    expect 'the pids' "$(pids)" "$before"
}

an_upgrade_leaves_everything_running() {
    local before=$(pids) program=/usr/local/sbin/hostd
    cp $program $program.new && mv $program.new $program
    systemctl restart hostd || fail 'systemctl restart'
    until_true 20 'all services to be ready' is_ready
    expect 'the program' "$(readlink "/proc/$(show MainPID)/exe")" $program
    expect 'the pids' "$(pids)" "$before"
}

a_loop_that_is_stuck_is_killed_and_everything_runs_on() {
    local before=$(pids)
    drop_in 'WatchdogSec=1s' 'TimeoutAbortSec=1s'
    systemctl restart hostd
    kill_hostd STOP
    until_true 20 'all services to be ready' is_ready
    expect 'the pids' "$(pids)" "$before"
    no_drop_in
    systemctl restart hostd
}

a_sigterm_without_a_job_stops_all_in_order_and_hostd_comes_back() {
    local before=$(pids)
    no_order
    systemctl kill --kill-whom=main hostd
    until_true 20 'the first service to end' order_is 'job second first'
    until_true 20 'all services to be ready' is_ready
    until_true 20 'the job to go on' job_runs
    [ "$(pids)" != "$before" ] || fail 'nothing was stopped'
}

a_stop_that_a_start_follows_stops_all_and_starts_it_again() {
    no_order
    systemctl stop --no-block hostd
    systemctl start hostd || fail 'systemctl start'
    until_true 20 'all services to be ready' is_ready
    expect 'the order' "$(order)" 'job second first'
    until_true 20 'the job to go on' job_runs
}

a_restart_that_becomes_a_stop_leaves_nothing() {
    no_order
    # Who has not said all of the question is waited for, which makes the restart long enough.
    python3 -c '
import socket, sys, time
visitor = socket.socket(socket.AF_UNIX)
visitor.connect(sys.argv[1])
visitor.sendall(b"GET /v1/sta")
time.sleep(3)' $control &
    local half=$!
    until_true 5 'half a question' has_visitor
    local marked=$(date +%s.%N)
    systemctl restart --no-block hostd
    until_true 5 'hostd to leave everything' detached_since "$marked"
    systemctl stop hostd
    wait $half
    nothing_is_left
    expect 'the order' "$(order)" 'job second first'
    start_again
}

a_stop_in_the_midst_of_a_start_leaves_nothing() {
    local pause
    for pause in 0 0.02 0.05 0.1 0.2 0.4; do
        systemctl restart --no-block hostd
        sleep $pause
        systemctl stop hostd || fail 'systemctl stop'
        nothing_is_left
        expect 'the result' "$(show Result)" success
        systemctl start --no-block hostd
    done
    start_again
}

a_stop_lasts_whoever_asks() {
    local ask
    rm -f /run/asked
    python3 /mnt/booted/asker.py $control /run/asked >/run/asker.said &
    ask=$!
    systemctl stop hostd || fail 'systemctl stop'
    until_true 10 'the socket to be closed' socket_is inactive
    nothing_is_left
    touch /run/asked
    wait $ask
    expect 'hostd' "$(systemctl is-active hostd)" inactive
    start_again
    expect 'hostd.socket' "$(systemctl is-active hostd.socket)" active
}
socket_is() { [ "$(systemctl is-active hostd.socket)" = "$1" ]; }

a_stop_in_the_midst_of_a_reexec_leaves_nothing() {
    local pause
    for pause in 0.02 0.1 0.2 0.3; do
        hostctl reexec >/dev/null 2>&1 &
        sleep $pause
        systemctl stop hostd || fail 'systemctl stop'
        wait
        nothing_is_left
        expect 'the result' "$(show Result)" success
        start_again
    done
}

a_stop_in_which_hostd_is_killed_is_finished_in_order() { finish_a_stop_after KILL; }
a_stop_that_takes_too_long_is_finished_in_order() { finish_a_stop_after STOP; }

finish_a_stop_after() {
    local pid=$(show MainPID)
    # Each of the three takes a second: together more than the time that there is to stop.
    touch /srv/slowly
    no_order
    drop_in 'TimeoutStopSec=2s'
    systemctl stop --no-block hostd
    until_true 10 'the job to be asked' test -e /srv/counter/asked
    kill -"$1" "$pid"
    until_true 60 'the stop to be over' is_over
    nothing_is_left
    expect 'the order' "$(order)" 'job second first'
    rm /srv/slowly
    no_drop_in
    systemctl reset-failed hostd
    start_again
    expect 'the failures of the job' "$(failures)" 0
}

after_all_that_systemctl_status_reads_clean() {
    is_ready || fail 'not everything is ready'
    expect 'the result' "$(show Result)" success
    expect 'what failed' "$(systemctl --failed --no-legend --plain | grep hostd)" ''
    local text
    text=$(systemctl status --no-pager -n 0 hostd)
    has 'systemctl status' "$text" 'Active: active (running)'
    has 'systemctl status' "$text" 'TriggeredBy: ● hostd.socket'
    has 'systemctl status' "$text" 'Status: "2 of 2 services ready'
}

if [ "$1" = 1 ]; then
    mkdir -p /run/systemd/system/hostd.service.d
    run_scenarios the_socket_alone_starts_hostd_with_the_first_question what_the_manager_passes_reaches_no_child \
        nobody_is_refused_while_hostd_is_away an_orderly_restart_breaks_no_connection \
        a_socket_that_is_stopped_leaves_hostd_reachable_and_comes_with_the_next_restart \
        a_name_that_is_deleted_is_made_anew a_wrong_socket_is_explained_and_not_used \
        a_held_socket_survives_hostd_while_its_service_is_down whatever_the_manager_is_told_nothing_is_touched \
        an_upgrade_leaves_everything_running a_loop_that_is_stuck_is_killed_and_everything_runs_on \
        a_sigterm_without_a_job_stops_all_in_order_and_hostd_comes_back \
        a_stop_that_a_start_follows_stops_all_and_starts_it_again a_restart_that_becomes_a_stop_leaves_nothing \
        a_stop_lasts_whoever_asks a_stop_in_the_midst_of_a_start_leaves_nothing a_stop_in_the_midst_of_a_reexec_leaves_nothing \
        a_stop_in_which_hostd_is_killed_is_finished_in_order a_stop_that_takes_too_long_is_finished_in_order \
        after_all_that_systemctl_status_reads_clean
fi
