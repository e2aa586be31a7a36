#!/bin/bash
# booted: bare
# SPDX-License-Identifier: Apache-2.0
# What the Debian package promises: installed, upgraded while services and jobs run, removed, installed again, purged.
. /mnt/booted/lib.sh

uid=4711
made=/tmp/made
first= second=

pids() { echo "$(pid_of ticker) $(pid_of slow) $(pgrep -f 'sleep 300000')"; }
is_ready() { systemctl is-active --quiet hostd && status_is '2 of 2 services ready' && pgrep -f 'sleep 300000'; }
as_user() { setpriv --reuid=$uid --regid=$uid --clear-groups env XDG_RUNTIME_DIR=/run/user/$uid HOME=/home/agent "$@"; }
manager_runs() { as_user systemctl --user is-active --quiet basic.target; }
users_hostd() { as_user systemctl --user show -P MainPID hostd; }
# By people, of this package alone: other packages of this host may have files of such names.
traces() { find /etc /var /usr /run -xdev \( -name '*hostd*' -o -name '*hostctl*' \) | sort; }
nothing_runs() { [ "$(pgrep -c '^hostd|^hostctl' || true) $(pgrep -c -f 'sleep [23]00000' || true)" = '0 0' ]; }

# All lines that the ticker wrote in one launch, without a gap.
expect_every_line() {
    local lines
    lines=$(wc -l </var/log/hostd/ticker/current)
    [ "$lines" -gt 0 ] || fail 'the ticker has no lines'
    head -n "$lines" /var/log/hostd/ticker/current | cut -d' ' -f2 | cmp -s - <(seq "$lines") || fail 'lines are missing'
}

the_package_is_made_of_given_programs() {
    first=$(DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1 /mnt/source/tools/deb /mnt/programs $made) ||
        fail 'tools/deb'
    # A later one, which comes with another configuration.
    dpkg-deb -R "$first" $made/later || fail 'dpkg-deb'
    sed -i 's/^Version: .*/&+1/' $made/later/DEBIAN/control
    echo '# a later default' >>$made/later/etc/hostd/hostd.toml
    second=$made/later.deb
    dpkg-deb -Znone -b $made/later $second >/dev/null || fail 'dpkg-deb -b'
    expect 'the version' "hostd $(dpkg-deb -f "$first" Version)" "$(/mnt/programs/hostd --version)"
}

lintian_has_nothing_to_say() { expect 'lintian' "$(lintian --allow-root "$first" 2>&1)" ''; }

a_host_without_systemd_takes_it_too() {
    unshare -m sh -c "mount -t tmpfs none /run && dpkg -i $first && [ -x /usr/sbin/hostd ] && dpkg -P hostd" \
        >$made/output 2>&1 || fail "dpkg: $(cat $made/output)"
    expect 'left' "$(traces | comm -13 $made/before -)" ''
}

# In a mount namespace where systemd does not seem to run.
live_without_systemd() {
    mount -t tmpfs none /run && dpkg -i "$first" || return
    printf '[service.slow]\ncommand = ["sleep", "200000"]\n' >>/etc/hostd/hostd.toml
    hostd &
    until pgrep -f '[s]leep 200000'; do sleep 0.05; done
    dpkg -r hostd 2>&1 | grep 'Stop it by hand' || return
    pgrep -f '[s]leep 200000' || return
    kill -KILL $!
    dpkg -i "$first" && dpkg -r hostd || return
    ! pgrep -f '[s]leep 200000' && dpkg -P hostd
}

without_systemd_a_removal_ends_what_a_killed_hostd_left() {
    export first
    timeout 120 unshare -m bash -c "$(declare -f live_without_systemd); live_without_systemd" >$made/output 2>&1 ||
        fail "$(cat $made/output)"
}

a_host_whose_policy_starts_nothing_is_obeyed() {
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    dpkg -i "$first" >$made/output 2>&1 || fail "dpkg -i: $(cat $made/output)"
    expect 'hostd' "$(systemctl is-active hostd)" inactive
    rm /usr/sbin/policy-rc.d
    dpkg -P hostd >/dev/null 2>&1 || fail 'dpkg -P'
}

an_installed_hostd_runs_empty_and_healthy() {
    dpkg -i "$first" >$made/output 2>&1 || fail "dpkg -i: $(cat $made/output)"
    expect 'hostd' "$(systemctl is-active hostd) $(systemctl is-enabled hostd)" 'active enabled'
    hostctl status || fail "hostctl status says $?"
    expect 'keepers with something' "$(pgrep -c -f 'hostd-keeper --instance' || true)" 0
    getent group hostd hostd-admin >/dev/null || fail 'there are no groups'
    expect 'configurations that dpkg looks after' "$(dpkg-query -W -f='${Conffiles}' hostd | grep -c /etc/)" 1
    journalctl --list-catalog 2>/dev/null | grep -q 7d36119a2315420ca376a45413aee804 || fail 'the catalog is not read'
    expect 'what is not as it was packed' "$(dpkg -V hostd)" ''
}

every_program_and_file_has_its_manual() {
    local page
    for page in hostd hostctl hostd.toml hostd-keeper hostd-logger hostctl-status hostctl-job; do
        man -w "$page" >/dev/null || fail "man $page"
    done
    for page in $(dpkg -L hostd | grep '/man[158]/'); do
        expect "man $page" "$(man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null)" ''
    done
    # shellcheck disable=SC1091
    (. /usr/share/bash-completion/completions/hostctl && complete -p hostctl) >/dev/null || fail 'bash completes nothing'
}

services_and_a_job_run() {
    cat >>/etc/hostd/hostd.toml <<'END'
# by a person
[service.ticker]
command = "i=0; while :; do echo tick $((i += 1)); sleep 0.1; done"
[service.slow]
command = ["sleep", "200000"]
END
    systemctl reload hostd || fail 'systemctl reload'
    job=$(hostctl job submit -- sleep 300000) || fail 'job submit'
    until_true 20 'services and job' is_ready
}

a_user_has_a_hostd_too() {
    groupadd --gid $uid agent && useradd --create-home --uid $uid --gid $uid agent || fail 'no user'
    loginctl enable-linger agent || fail 'loginctl enable-linger'
    until_true 20 "the user's manager" manager_runs
    as_user mkdir -p /home/agent/.config/hostd
    printf '[service.own]\ncommand = ["sleep", "200001"]\n' >/home/agent/.config/hostd/hostd.toml
    chown -R agent /home/agent
    as_user systemctl --user start hostd || fail "systemctl --user start"
    until_true 10 "the user's service" pgrep -f 'sleep 200001'
}

# upgrade PACKAGE: nothing that runs is touched, and all of it belongs to another hostd afterwards.
upgrade() {
    local before old users_old own
    before=$(pids) old=$(show MainPID) users_old=$(users_hostd) own=$(pgrep -f 'sleep 200001')
    dpkg --force-confdef --force-confold -i "$1" >$made/output 2>&1 || fail "dpkg -i: $(cat $made/output)"
    replaced hostd "$old" || fail 'the old hostd serves'
    until_true 20 'services and job' is_ready
    expect 'the pids' "$(pids)" "$before"
    expect 'the job' "$(hostctl job show "$job" --json | grep -o '"state": *"running"' | wc -l)" 2
    [ "$(users_hostd)" != "$users_old" ] || fail "the user's old hostd serves: $(cat $made/output)"
    expect "the user's service" "$(pgrep -f 'sleep 200001')" "$own"
    grep -qx '# by a person' /etc/hostd/hostd.toml || fail 'the configuration was replaced'
    until_true 10 'the logger' systemctl is-active --quiet hostd-logger
    expect_every_line
}

an_upgrade_disturbs_nothing() {
    upgrade $second
    has 'the version' "$(dpkg-query -W hostd)" +1
}

installing_it_once_more_disturbs_nothing() { upgrade $second; }

a_person_who_disabled_it_finds_it_disabled() {
    systemctl disable hostd 2>/dev/null
    upgrade $second
    expect 'hostd' "$(systemctl is-enabled hostd)" disabled
    systemctl enable hostd 2>/dev/null
}

a_removal_stops_everything_and_keeps_what_is_the_persons() {
    dpkg -r hostd >$made/output 2>&1 || fail "dpkg -r: $(cat $made/output)"
    until_true 10 'an end of everything' nothing_runs
    expect 'failed units' "$(systemctl --failed --plain --no-legend)" ''
    grep -qx '# by a person' /etc/hostd/hostd.toml || fail 'the configuration is gone'
    expect_every_line
    [ -d /var/lib/hostd ] || fail 'the state is gone'
    [ ! -e /usr/sbin/hostd ] || fail 'hostd is there'
}

installed_again_it_goes_on() {
    dpkg -i $second >$made/output 2>&1 || fail "dpkg -i: $(cat $made/output)"
    until_true 20 'services and job' is_ready
    has 'the job' "$(hostctl job show "$job")" running
}

a_removal_leaves_nothing_that_was_to_outlive_hostd() {
    printf '[host]\nstop_with_hostd = false\n' | cat - /etc/hostd/hostd.toml >$made/toml
    cat $made/toml >/etc/hostd/hostd.toml
    systemctl reload hostd || fail 'systemctl reload'
    dpkg -r hostd >$made/output 2>&1 || fail "dpkg -r: $(cat $made/output)"
    until_true 10 'an end of everything' nothing_runs
    dpkg -i $second >/dev/null 2>&1 || fail 'dpkg -i'
    until_true 20 'services and job' is_ready
}

a_purge_leaves_nothing_but_the_groups() {
    mkdir -p /etc/hostd/conf.d
    touch /etc/hostd/node.lock
    systemctl -q enable hostd-board.timer && systemctl -q --global enable hostd.service || fail 'systemctl enable'
    dpkg -P hostd >$made/output 2>&1 || fail "dpkg -P: $(cat $made/output)"
    until_true 10 'an end of everything' nothing_runs
    until_true 10 "systemd's own traces to go" sh -c '! systemctl is-active --quiet hostd-logger'
    expect 'left' "$(traces | comm -13 $made/before -)" ''
    getent group hostd hostd-admin >/dev/null || fail 'the groups are gone'
}

a_purge_leaves_what_people_put_beside_it() {
    dpkg -i "$first" >/dev/null 2>&1 || fail 'dpkg -i'
    mkdir -p /etc/hostd/conf.d
    echo '# mine' >/etc/hostd/conf.d/mine.toml
    dpkg -P hostd >$made/output 2>&1 || fail "dpkg -P: $(cat $made/output)"
    expect 'what stays' "$(find /etc/hostd -type f)" /etc/hostd/conf.d/mine.toml
}

mkdir -p $made
traces >$made/before
# Of the image that this host was made from.
rm -f /usr/sbin/policy-rc.d
# Its database of all pages is nothing to wait for.
rm -f /var/lib/man-db/auto-update
run_scenarios the_package_is_made_of_given_programs lintian_has_nothing_to_say a_host_without_systemd_takes_it_too \
    without_systemd_a_removal_ends_what_a_killed_hostd_left \
    a_host_whose_policy_starts_nothing_is_obeyed an_installed_hostd_runs_empty_and_healthy \
    every_program_and_file_has_its_manual services_and_a_job_run a_user_has_a_hostd_too an_upgrade_disturbs_nothing \
    installing_it_once_more_disturbs_nothing a_person_who_disabled_it_finds_it_disabled \
    a_removal_stops_everything_and_keeps_what_is_the_persons installed_again_it_goes_on \
    a_removal_leaves_nothing_that_was_to_outlive_hostd a_purge_leaves_nothing_but_the_groups \
    a_purge_leaves_what_people_put_beside_it
