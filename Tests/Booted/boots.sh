#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hostd over the boots of its host: a reboot, a power failure, and a shutdown of a host where services outlive hostd. A job
# goes on from where it was, without any of it being a failure of its own; what a person said lasts.
. /mnt/booted/lib.sh
. /mnt/booted/lifecycle-lib.sh
LAUNCHER=${LAUNCHER:-direct}

more='
[service.resting]
command = ["sleep", "100000"]
[kind.resting]
command = ["sleep", "100000"]'

attempts() { hostctl job show "$id" --json | tr '{' '\n' | sed -n 's/.*"number": *[0-9]*, *"state": *"\([a-z]*\)".*/\1/p' | xargs; }
attempts_are() { [ "$(attempts)" = "$1" ]; }
job_state() { hostctl job show "$1" --json | tr '{' '\n' | grep -o '"state": *"[a-z]*"' | head -n 1 | cut -d'"' -f4; }
job_is() { [ "$(job_state "$1")" = "$2" ]; }
# The line of an attempt: where it went on, or what it had saved.
last_said() { grep "^$1 " "/var/log/hostd/job-$id/current" | tail -n 1 | cut -d' ' -f2; }
has_counted() { [ "$(grep -c '^from ' "/var/log/hostd/job-$id/current")" = "$1" ]; }
comes_up() { systemctl is-active --quiet hostd && status_is '2 of 2 services ready, 1 stopped'; }
event_time() { journalctl -q -b -o short-unix HOSTD_SERVICE="$1" HOSTD_EVENT="$2" | tail -n 1 | cut -d' ' -f1; }

everything_is_as_it_was_before_the_boot() {
    until_true 30 'hostd to come up by itself, with what rested resting' comes_up
    expect 'hostd.socket' "$(systemctl is-active hostd.socket)" active
    until_true 20 'the job to go on' job_runs
    expect 'the job that was held' "$(job_state 2)" held
    # The second came after the first, as ever.
    local first=$(event_time first service.ready) second=$(event_time second service.started)
    [ "$(printf '%s\n%s\n' "$first" "$second" | sort -g | head -n 1)" = "$first" ] || fail "the order: $first, $second"
}

a_job_and_marks_are_there() {
    # Only a journal that is kept tells of the boot before.
    mkdir -p /var/log/journal
    journalctl --flush
    configure true "$more"
    systemctl enable hostd 2>/dev/null || fail 'systemctl enable'
    expect 'hostd.socket, which comes with it' "$(systemctl is-enabled hostd.socket)" enabled
    systemctl start hostd
    until_true 20 'all services to be ready' status_is '3 of 3 services ready'
    expect 'the job' "$(hostctl job submit --kind counter)" 1
    hostctl job submit --kind resting >/dev/null
    until_true 10 'both jobs to run' job_is 2 running
    until_true 10 'the job to run' job_runs
    hostctl stop resting >/dev/null || fail 'hostctl stop'
    hostctl job hold 2 >/dev/null || fail 'hostctl job hold'
    # More than there is time for, without a word: hostd asks for it while the job saves what it has.
    sed -i 's/sleep 1; echo $i/sleep 4; echo $i/' /srv/count.sh
    touch /srv/slowly
    drop_in 'TimeoutStopSec=2s'
    no_order
    date +%s >/srv/down
}

a_reboot_asked_the_job_first_and_ended_all_in_order() {
    expect 'the order' "$(order)" 'job second first'
    rm /srv/slowly
    everything_is_as_it_was_before_the_boot
    expect 'the attempts' "$(attempts)" 'disrupted running'
    expect 'where it goes on' "$(last_said from)" "$(last_said saved)"
    [ "$(last_said from)" -gt 0 ] || fail 'it began anew'
    expect 'the failures of the job' "$(failures)" 0
    [ $(($(date +%s) - $(cat /srv/down))) -lt 60 ] || fail 'the host took more than a minute to come back'
}

a_power_failure_is_at_hand() {
    # The job asks for nothing and is asked for nothing: it goes on from what it had saved.
    kill -USR1 "$(job_pid)"
    until_true 5 'the job to save' test -e /srv/counter/asked
    # hostd looks every 15 s.
    until_true 30 'the checkpoint to be known' checkpoint_is_known
    rm -f /srv/counter/asked
    no_order
}
checkpoint_is_known() { hostctl job show 1 --json | grep -q "\"checkpoint\": *\"$(cat /srv/counter/place)\""; }

a_power_failure_cost_nothing_but_what_was_not_saved() {
    [ ! -e /srv/order ] || fail "somebody was asked to end: $(order)"
    everything_is_as_it_was_before_the_boot
    expect 'the attempts' "$(attempts)" 'disrupted disrupted running'
    expect 'where it goes on' "$(last_said from)" "$(cat /srv/counter/place)"
}

services_that_outlive_hostd_do_not_outlive_the_host() {
    configure false "$more"
    systemctl reload hostd || fail 'systemctl reload'
    no_order
}

they_were_stopped_in_order_when_it_went_down() {
    expect 'the order' "$(order)" 'job second first'
    journalctl -q -b -1 HOSTD_EVENT=host.stopping | grep -q 'the host goes down' || fail 'no word on the shutdown'
    everything_is_as_it_was_before_the_boot
    expect 'the attempts' "$(attempts)" 'disrupted disrupted disrupted running'
    touch /srv/counter/finish
    until_true 20 'the job to succeed' job_is 1 succeeded
    hostctl start resting >/dev/null || fail 'hostctl start'
    hostctl job release 2 >/dev/null || fail 'hostctl job release'
    expect 'what failed' "$(systemctl --failed --no-legend --plain | grep hostd)" ''
    journalctl -q -b -1 -u hostd -o cat | grep -E 'Failed with|timed out' && fail 'the unit failed when the host went down'
    return 0
}

case $1 in
1)
    run_scenarios a_job_and_marks_are_there
    exit 99
    ;;
2)
    run_scenarios a_reboot_asked_the_job_first_and_ended_all_in_order a_power_failure_is_at_hand
    exit 98
    ;;
3)
    run_scenarios a_power_failure_cost_nothing_but_what_was_not_saved services_that_outlive_hostd_do_not_outlive_the_host
    exit 99
    ;;
*) run_scenarios they_were_stopped_in_order_when_it_went_down ;;
esac
