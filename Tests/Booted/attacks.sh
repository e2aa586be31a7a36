#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a service's user may try against a hostd that is root: links, renames and races in all that this user can write. A
# canary outside must stay as it is.
. /mnt/booted/lib.sh

canary=/root/canary
secret=canary-of-root-9f3c

as() { setpriv --reuid="$1" --regid="$1" --init-groups env HOME="/home/$1" "${@:2}"; }
folder_of() { echo "/run/hostd/$(ls /run/hostd | grep "^$1\.[0-9]*$" | tail -n 1)"; }
is_ready() { hostctl wait "$1" --for ready --timeout 20s >/dev/null; }

make_canary() {
    echo "$secret" >$canary
    chmod 600 $canary
    before=$(looks)
}

looks() { stat -c '%i %a %u %g %s %h %Y' $canary && cat $canary && ls /root /etc && stat -c '%n %a %u %g %h' /etc/* /root; }

the_canary_lives() {
    [ "$(looks)" = "$before" ] || fail "$1 reached out: $(diff <(echo "$before") <(looks))"
    grep -raqF "$secret" /var/log/hostd /var/lib/hostd /run/hostd /home/agent && fail "$1 read what is root's"
}

# for_seconds N COMMAND…: an attacker as the user agent, who does it all the time, 20,000 times at most.
for_seconds() {
    as agent timeout "$1" bash -c "for _ in {1..20000}; do $2; done" >/dev/null 2>&1 &
}

a_host_with_a_service_of_a_user() {
    useradd --create-home agent && chmod 755 /home/agent || fail useradd
    cat >/etc/hostd/hostd.toml <<'END'
[service.web]
user = "agent"
log = { max_size = "64KiB", keep = 4, streams = "separate" }
command = "while :; do head -c 3000 /dev/zero | tr '\\0' x; echo; echo err >&2; sleep 0.02; done"
stop = { grace = "1s" }
restart = { backoff = "10ms", burst = 0 }
END
    make_canary
    systemctl start hostd || fail 'systemctl start'
    is_ready web || fail "$(hostctl status web)"
}

nothing_of_hostds_can_be_replaced() {
    local folder file
    folder=$(folder_of web)
    for file in "$folder"/* /run/hostd/hostd.sock /run/hostd/logger.sock /var/log/hostd/web; do
        as agent rm -rf "$file" 2>/dev/null && [ ! -e "$file" ] && fail "$file can be removed"
        as agent mv "$file" "$file.away" 2>/dev/null && fail "$file can be moved"
        as agent ln -sfn $canary "$file" 2>/dev/null && fail "$file can be replaced"
    done
    for file in /run/hostd /run/hostd/services "$folder" /var/log/hostd /var/lib/hostd; do
        as agent touch "$file/web.99" 2>/dev/null && fail "something can be put into $file"
        as agent mkdir "$file/web.98" 2>/dev/null && fail "a folder can be put into $file"
    done
    # What is the user's own: rights may change, and nobody follows.
    for file in "$folder"/stdout "$folder"/stderr "$folder"/notify.sock; do
        [ ! -e "$file" ] || as agent chmod 000 "$file"
    done
    hostctl restart web >/dev/null || fail 'a restart after its user has spoilt its pipes'
    the_canary_lives 'who may not write the folders'
}

# Somebody let everybody in and gave the log to the user, as people do to let it be read.
a_log_folder_that_was_given_away_is_not_written() {
    local log=/var/log/hostd/web
    chmod 755 /var/log/hostd && chown -R agent $log
    as agent timeout 10 bash -c "cd $log && until ln -sT /root stderr 2>/dev/null; do rm -rf stderr; done" || fail 'the user is no danger there'
    hostctl restart web >/dev/null 2>&1
    systemctl restart hostd-logger
    until_true 10 'the log to be looked at' has_decided
    the_canary_lives 'a link in a log folder of the user'
    for_seconds 5 "cd $log && rm -rf stdout stderr current; ln -sfn /root stdout; ln -sfn /etc stderr; ln -sf $canary current
        rm -f stdout stderr; mkdir stdout stderr; ln -sf $canary stdout/current; ln -sf $canary stdout/current.idx
        ln -sf /etc/shadow stdout/lock; ln -sf $canary stderr/current; mkfifo stderr/current.idx"
    local attacker=$!
    for _ in 1 2 3 4; do
        hostctl restart web >/dev/null 2>&1
        systemctl restart hostd-logger
    done
    wait $attacker
    the_canary_lives 'a log folder of the user'
    until_true 10 'a word on it' journal_says "/var/log/hostd/web belongs to uid $(id -u agent)"
    rm -rf $log
    hostctl restart web >/dev/null || fail 'a restart with a folder that is right'
    until_true 10 'the log to be written again' grep -q xxx $log/stdout/current $log/current
}
has_decided() { journal_says "/var/log/hostd/web belongs to uid" || [ -e /root/current ]; }
journal_says() { journalctl -q -b -u hostd -u hostd-logger | grep -qF "$1"; }

an_environment_file_cannot_be_made_to_read_roots() {
    sed -i '/^user/a env_file = "/home/agent/web.env"' /etc/hostd/hostd.toml
    echo A=1 >/home/agent/web.env && chown agent /home/agent/web.env
    printf 'CANARY=%s\n' "$secret" >$canary.env && chmod 600 $canary.env
    before=$(looks)
    hostctl reload >/dev/null || fail "reload: $(hostctl check 2>&1)"
    for_seconds 4 "cd && ln -sf $canary.env web.env; rm -f web.env; ln $canary.env web.env; echo A=1 >.new; mv .new web.env
        mkdir -p d; mv d e; ln -sfn /root d; rm -f d; mkfifo web.env; rm -f web.env"
    local attacker=$! pid
    while kill -0 $attacker 2>/dev/null; do
        hostctl restart web --timeout 3s >/dev/null 2>&1
        pid=$(pid_of web)
        [ -z "$pid" ] || ! grep -aqF "$secret" "/proc/$pid/environ" 2>/dev/null || fail 'the service got what is root'"'"'s'
    done
    the_canary_lives 'an env_file of the user'
    sed -i '/^env_file/d' /etc/hostd/hostd.toml
    hostctl reload >/dev/null || fail reload
    is_ready web || fail "it did not recover: $(hostctl status web)"
}

a_checkpoint_cannot_be_made_to_read_roots() {
    cat >>/etc/hostd/hostd.toml <<'END'
[kind.long]
user = "agent"
directory = "/home/agent"
checkpoint = { file = "progress.json" }
command = "ln -sf /root/canary progress.json; sleep 1; exit 1"
attempts = 2
backoff = "100ms"
END
    hostctl reload >/dev/null || fail "reload: $(hostctl check 2>&1)"
    local job
    job=$(hostctl job submit --kind long) || fail 'job submit'
    hostctl job wait "$job" --timeout 30s >/dev/null 2>&1
    hostctl job show "$job" --json | grep -qF "$secret" && fail 'the checkpoint is what root reads'
    hostctl job show "$job" --json | grep -q '"failed"' || fail "it did not run: $(hostctl job show "$job")"
    the_canary_lives 'a checkpoint of the user'
}

# Rotation, truncation and cleaning happen with the user's rights, in whatever folder the path leads to by then.
files_of_the_user_are_tended_with_the_users_rights() {
    mkdir -p /home/agent/logs /home/agent/cache && chown -R agent /home/agent
    cat >>/etc/hostd/hostd.toml <<'END'
[log.own]
path = "/home/agent/logs/*.log"
max_size = "4KiB"
keep = 1
method = "truncate"
[log.moved]
path = "/home/agent/moved/*.log"
max_size = "4KiB"
keep = 1
method = "rename"
[disk]
clean = [{ path = "/home/agent/cache/*", older = "1s" }]
END
    head -c 100000 /dev/zero >/root/big.log
    chmod 644 /root/big.log && touch -d '2 days ago' /root/big.log
    before=$(looks)
    for_seconds 6 "cd && ln -sf /root/big.log logs/a.log; ln -sfn /root moved; head -c 9000 /dev/zero >logs/b.log
        rm -f moved; mkdir -p moved; ln -f /root/big.log moved/c.log; ln -sf /root/big.log moved/d.log; mv logs l2; ln -sfn /root logs
        rm -f logs; mv l2 logs; mv cache c2; ln -sfn /root cache; rm -f cache; mv c2 cache; touch -d yesterday cache/x"
    local attacker=$!
    while kill -0 $attacker 2>/dev/null; do
        hostctl reload >/dev/null 2>&1
        systemctl restart hostd-logger
    done
    the_canary_lives 'a folder of foreign logs'
    expect 'the size of what is root'"'"'s' "$(stat -c %s /root/big.log)" 100000
}

run_scenarios a_host_with_a_service_of_a_user nothing_of_hostds_can_be_replaced \
    a_log_folder_that_was_given_away_is_not_written an_environment_file_cannot_be_made_to_read_roots \
    a_checkpoint_cannot_be_made_to_read_roots files_of_the_user_are_tended_with_the_users_rights
