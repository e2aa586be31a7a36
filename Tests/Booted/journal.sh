#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What docs/journal.md promises: the story of services and jobs in every way of reading it, explanations, and nothing lost.
. /mnt/booted/lib.sh

is_ready() { hostctl wait gateway --for ready --timeout 1s; }
state_is() { hostctl status "$1" --json | tr ',' '\n' | grep -q "\"state\": *\"$2\""; }
kinds() { journalctl -q -b -o cat --output-fields=HOSTD_EVENT "$@"; }
# in_order WHAT LIST KIND...: the kinds stand in LIST in this order; others may stand between them.
in_order() {
    local what=$1 list=$2 line
    shift 2
    while read -r line; do [ $# -gt 0 ] && [ "$line" = "$1" ] && shift; done <<<"$list"
    [ $# = 0 ] || fail "$what: no $1 in its place in: $(echo $list)"
}

configure() {
    cat >/etc/hostd/hostd.toml <<'END'
[service.gateway]
command = "plan=$(cat /run/plan); [ $plan = run ] && exec sleep 1000000; exit $plan"
restart = { backoff = "100ms", max_backoff = "200ms", burst = 4, window = "1m" }
[service.talker]
command = ["/bin/sh", "/run/talker.sh"]
autostart = false
restart = { policy = "never" }
log = { journal = true }
[service.flood]
command = "seq -f 'a line of a flood, the one with number %.0f' 60000 | logger -t flood; exec sleep 1000000"
autostart = false
[service.counter]
command = ["sleep", "1000000"]
END
    echo run >/run/plan
}

story='service.starting service.started service.ready service.exited service.backoff service.looping service.exited
    service.held service.ready service.stopping service.stopped'
ending='job.submitted job.starting job.started job.exited job.retrying job.starting job.succeeded'

a_service_and_a_job_live_through_everything() {
    configure
    systemctl start hostd || fail 'systemctl start'
    until_true 10 'the gateway' is_ready
    echo 1 >/run/plan
    kill -KILL "$(pid_of gateway)"
    until_true 20 'a crash loop' state_is gateway looping
    echo 78 >/run/plan
    hostctl restart gateway --no-wait >/dev/null
    until_true 20 'the gateway to be held' state_is gateway held
    echo run >/run/plan
    hostctl start gateway >/dev/null || fail 'no start'
    hostctl stop gateway >/dev/null || fail 'no stop'
    printf '#!/bin/sh\n[ -e /run/tried ] && exit 0\ntouch /run/tried\nexit 1\n' >/run/work.sh
    chmod 755 /run/work.sh
    hostctl job submit --backoff 100ms --wait -- /run/work.sh >/dev/null || fail 'the job'
    journalctl --sync
}

the_story_of_a_service_is_told_by_each_way_of_reading() {
    in_order 'HOSTD_SERVICE=gateway' "$(kinds HOSTD_SERVICE=gateway)" $story
    in_order '-u hostd' "$(kinds -u hostd)" $story
    in_order '-t hostd' "$(kinds -t hostd HOSTD_SERVICE=gateway)" $story
    in_order '--output=json' \
        "$(journalctl -q -b -o json HOSTD_SERVICE=gateway | sed -n 's/.*"HOSTD_EVENT":"\([a-z._]*\)".*/\1/p')" $story
    # For people: the message alone says who, what and why.
    in_order 'plain' "$(journalctl -q -b -o cat -u hostd | sed -n 's/^gateway: \([a-z]*\).*/\1/p')" \
        starting started ready exited backoff looping held stopping stopped
    journalctl -q -b -u hostd -p err -o cat --output-fields=HOSTD_EVENT | grep -qx service.looping || fail 'no error'
    journalctl -q -b -u hostd -p err -o cat --output-fields=HOSTD_EVENT | grep -qx service.ready && fail 'ready is no error'
}

the_story_of_a_job_is_told_by_each_way_of_reading() {
    in_order 'HOSTD_JOB=1' "$(kinds HOSTD_JOB=1)" $ending
    in_order '-u hostd' "$(kinds -u hostd)" $ending
    in_order '-t hostd' "$(kinds -t hostd HOSTD_JOB=1)" $ending
    in_order '--output=json' \
        "$(journalctl -q -b -o json HOSTD_JOB=1 | sed -n 's/.*"HOSTD_EVENT":"\([a-z._]*\)".*/\1/p')" $ending
}

every_entry_has_its_fields() {
    local entry field
    entry=$(journalctl -q -b -n 1 -o json HOSTD_SERVICE=gateway HOSTD_EVENT=service.looping)
    for field in '"MESSAGE_ID":"2a135d6d3f7842d399ba7936a6f46e50"' '"PRIORITY":"3"' '"SYSLOG_IDENTIFIER":"hostd"' \
        '"HOSTD_INSTANCE":"gateway.' '"HOSTD_REASON":"' '"MESSAGE":"gateway: looping: ' \
        '"_SYSTEMD_UNIT":"hostd.service"'; do
        has 'the entry of a crash loop' "$entry" "$field"
    done
    entry=$(journalctl -q -b -n 1 -o json HOSTD_JOB=1 HOSTD_EVENT=job.retrying)
    for field in '"PRIORITY":"4"' '"HOSTD_INSTANCE":"' '"HOSTD_REASON":"' '"_SYSTEMD_UNIT":"hostd.service"'; do
        has 'the entry of an attempt that failed' "$entry" "$field"
    done
    case $entry in *HOSTD_SERVICE*) fail "a job is no service: $entry" ;; esac
}

every_kind_is_explained_with_the_names_filled_in() {
    local kind text
    journalctl --update-catalog || fail 'journalctl --update-catalog'
    for kind in $(kinds -u hostd | sort -u); do
        text=$(journalctl -q -b -x -n 1 -o short HOSTD_EVENT="$kind")
        has "the explanation of $kind" "$text" 'Subject: '
        has "the explanation of $kind" "$text" 'Documentation: file:'
        case $text in *@HOSTD*) fail "$kind: a name is not filled in: $text" ;; esac
    done
    text=$(journalctl -q -b -x -n 1 HOSTD_EVENT=service.looping)
    has 'looping' "$text" 'Subject: gateway is in a crash loop'
    has 'looping' "$text" 'hostctl logs gateway'
    text=$(journalctl -q -b -x -n 1 HOSTD_EVENT=job.retrying)
    has 'retrying' "$text" 'hostctl job retry 1'
}

what_a_program_wrote_is_found_by_its_name() {
    printf 'echo plain words\necho "<3>it is bad"\necho bad >&2\nexec sleep 1000000\n' >/run/talker.sh
    hostctl start talker >/dev/null || fail 'no talker'
    until_true 20 'its lines' forwarded 'it is bad'
    local entry=$(journalctl -q -b -o json -t talker | grep 'it is bad')
    for field in '"SYSLOG_IDENTIFIER":"talker"' '"HOSTD_SERVICE":"talker"' '"HOSTD_STREAM":"merged"' '"PRIORITY":"3"' \
        '"HOSTD_INSTANCE":"talker.' '"_SYSTEMD_UNIT":"hostd-logger.service"'; do
        has 'a line that was forwarded' "$entry" "$field"
    done
    # Beside the events of the service, in the order in which things happened; -u hostd has the events alone.
    journalctl -q -b -o cat HOSTD_SERVICE=talker | grep -qx 'plain words' || fail 'not with the service'
    journalctl -q -b -o cat HOSTD_SERVICE=talker | grep -q '^talker: ready' || fail 'the events are not with the service'
    journalctl -q -b -o cat -u hostd | grep -qx 'plain words' && fail '-u hostd has lines of programs'
    journalctl -q -b -o cat -u hostd-logger | grep -qx 'plain words' || fail '-u hostd-logger has no lines of programs'
    hostctl stop talker >/dev/null
}
forwarded() { journalctl -q -b -o cat -t talker | grep -a -q "$1"; }

bytes_long_lines_and_line_breaks_arrive() {
    # 300,000 letters, then bytes that are no text, and an end that says why.
    cat >/run/talker.sh <<'END'
head -c 300000 /dev/zero | tr '\0' x
printf ' the end of a long line\n'
printf 'odd \001\377\033[31m bytes\n'
head -c 40000 /dev/zero | tr '\0' y
printf '\376 the last words'
exit 3
END
    hostctl start talker --no-wait >/dev/null
    until_true 20 'the last line' journalctl_has service.last_line talker
    until_true 20 'the end of the long line' forwarded 'the end of a long line'
    until_true 20 'the bytes' forwarded 'odd'
    expect 'the letters of the long line' "$(journalctl -q -b -a -o cat -t talker | tr -cd x | wc -c)" 300000
    journalctl -q -b -o json -t talker >/dev/null || fail 'the journal cannot show them as JSON'
    local size
    size=$(journalctl -q -b -a -n 1 -o cat --output-fields=HOSTD_REASON HOSTD_SERVICE=talker \
        HOSTD_EVENT=service.last_line | wc -c)
    [ "$size" -gt 100 ] && [ "$size" -le 16385 ] || fail "a reason of $size bytes"
}
journalctl_has() { journalctl -q -b -o cat HOSTD_EVENT="$1" HOSTD_SERVICE="$2" | grep -a -q .; }

# Instances that the journal has as started, without gaps: launch FROM to the newest.
no_start_is_missing() {
    local newest
    newest=$(hostctl status counter --json | tr ',' '\n' | sed -n 's/.*"instance": *"counter\.\([0-9]*\)".*/\1/p' | head -n 1)
    journalctl -q -b -o cat --output-fields=HOSTD_INSTANCE HOSTD_SERVICE=counter HOSTD_EVENT=service.started |
        sed -n 's/^counter\.//p' | sort -nu | awk -v from="$1" '$1 >= from' >/run/seen
    [ "$newest" -gt "$1" ] && cmp -s /run/seen <(seq "$1" "$newest")
}
newest_launch() {
    hostctl status counter --json | tr ',' '\n' | sed -n 's/.*"instance": *"counter\.\([0-9]*\)".*/\1/p' | head -n 1
}
restart_often() { for _ in $(seq "$1"); do timeout 10 hostctl restart counter >/dev/null || fail 'no restart'; done; }

a_flood_of_other_lines_loses_no_event() {
    local from=$(newest_launch)
    # What a program says to syslog counts as hostd's own: 10,000 lines in 30 s would be all that the journal takes.
    hostctl start flood >/dev/null || fail 'no flood'
    until_true 60 'the flood' flooded
    restart_often 10
    until_true 20 'every event' no_start_is_missing "$from"
    journalctl -q -b -u systemd-journald -o cat | grep Suppressed | grep -q hostd && fail 'the journal has suppressed lines'
    hostctl stop flood >/dev/null
}
flooded() { [ "$(journalctl -q -b -t flood -o cat | wc -l)" -gt 20000 ]; }

a_journal_that_is_killed_and_restarted_loses_no_event() {
    local from=$(newest_launch) old
    for _ in 1 2 3; do
        old=$(show MainPID systemd-journald)
        restart_often 3
        kill -KILL "$old"
        restart_often 3
        until_true 20 'another journald' replaced systemd-journald "$old"
        systemctl restart systemd-journald || fail 'no restart of journald'
        restart_often 3
    done
    until_true 20 'every event' no_start_is_missing "$from"
}

a_full_journal_holds_nothing_up_and_history_has_it_all() {
    mkdir -p /run/systemd/journald.conf.d
    printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=100M\nRuntimeKeepFree=1K\n' >/run/systemd/journald.conf.d/full.conf
    mount -t tmpfs -o size=12M tmpfs /run/log/journal || fail 'no room to fill'
    systemctl restart systemd-journald
    dd if=/dev/zero of=/run/log/journal/filler bs=64K >/dev/null 2>&1
    [ "$(df --output=avail /run/log/journal | tail -n 1)" -lt 100 ] || fail 'it is not full'
    # journald makes room anew for each of them, and takes its time.
    seq -f 'a line of many that leave no room, number %.0f' 60000 | timeout 5 logger -t filler
    local from=$(newest_launch)
    restart_often 5
    expect 'launches' "$(newest_launch)" $((from + 5))
    hostctl events counter --json | grep -q "\"counter.$((from + 5))\"" || fail 'history has no events of a full journal'
    rm /run/log/journal/filler /run/systemd/journald.conf.d/full.conf
    umount -l /run/log/journal
    systemctl restart systemd-journald
    from=$(newest_launch)
    restart_often 3
    until_true 20 'entries again' no_start_is_missing $((from + 1))
}

run_scenarios a_service_and_a_job_live_through_everything the_story_of_a_service_is_told_by_each_way_of_reading \
    the_story_of_a_job_is_told_by_each_way_of_reading every_entry_has_its_fields \
    every_kind_is_explained_with_the_names_filled_in what_a_program_wrote_is_found_by_its_name \
    bytes_long_lines_and_line_breaks_arrive a_flood_of_other_lines_loses_no_event \
    a_journal_that_is_killed_and_restarted_loses_no_event a_full_journal_holds_nothing_up_and_history_has_it_all
