#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who may do what, whom hostd believes, its secrets, and what its units are allowed (docs/security.md).
. /mnt/booted/lib.sh

docs=/usr/local/share/doc/hostd
secret=sk-booted-7Zq4vW9xTtKp2LmN

as() { setpriv --reuid="$1" --regid="$1" --init-groups env HOME="/home/$1" "${@:2}"; }
gone() { [ ! -e "/proc/$1" ]; }
config_says() { hostctl status --json | grep -qF "$1"; }
is_ready() { systemctl is-active --quiet hostd && status_is "$1 of $1 services ready"; }
log_has() { grep -q "$2" "/var/log/hostd/$1/current"; }
exposure() { systemd-analyze security --no-pager "$1" | sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p'; }
# As the page has it; another systemd counts otherwise.
documented() { sed -n "s/^| $1 | \([0-9.]*\) |$/\1/p" $docs/security.md; }

expect_exposure() {
    local wanted
    wanted=$(documented "$2")
    [ -n "$wanted" ] || fail "docs/security.md has no figure for $2"
    case $(systemctl --version) in "systemd 252 "*) expect "the exposure of $2" "$(exposure "$1")" "$wanted" ;; esac
    systemd-analyze security --no-pager --threshold="${3:-49}" "$1" >/dev/null || fail "$2 is more exposed than that"
}

drop_in() {
    mkdir -p "/run/systemd/system/$1.service.d"
    cat >"/run/systemd/system/$1.service.d/test.conf"
    systemctl daemon-reload
}

no_drop_ins() {
    rm -rf /run/systemd/system/hostd*.service.d
    systemctl daemon-reload
}

the_units_are_as_exposed_as_the_page_says() {
    expect_exposure hostd-logger.service '`hostd-logger.service`'
    expect_exposure hostd-board.service '`hostd-board.service`'
    expect_exposure hostd.service '`hostd.service`' 90
}

make_users() {
    local name
    for name in agent looker boss stranger; do useradd --create-home "$name" || fail "no user $name"; done
    usermod -aG hostd looker && usermod -aG hostd-admin boss || fail 'usermod'
}

# What agents need: their home, set-uid programs, user namespaces, Node's compiler; no sandbox of hostd's at all.
what_hostd_starts_directly_is_not_hemmed_in() {
    make_users
    install -m 4755 /usr/bin/id /usr/local/bin/id-as-root
    local line
    cat >/usr/local/bin/needs <<'END'
set -ex
echo x >"$HOME/written"
[ "$(id-as-root -u)" = 0 ]
grep -q '^NoNewPrivs:.0' /proc/self/status
[ "$(umask)" = 0022 ]
[ ! -e "$HOME/namespaces" ] || unshare --user --map-root-user --mount --pid --fork mount -t proc proc /proc
node -e 'new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0])); let s = 0; for (let i = 0; i < 3e6; i++) s += i;'
grep ^Seccomp /proc/self/status
readlink /proc/self/ns/mnt
echo all-of-it
exec sleep 100000
END
    as agent unshare --user --map-root-user --mount --pid --fork mount -t proc proc /proc && touch /home/agent/namespaces
    cat >/etc/hostd/hostd.toml <<'END'
[host]
launcher = "direct"
[service.needs]
user = "agent"
command = ["bash", "/usr/local/bin/needs"]
END
    systemctl start hostd || fail 'systemctl start'
    until_true 20 'all that an agent needs' log_has needs '^all-of-it'
    log_has needs "$(readlink /proc/1/ns/mnt | sed 's/[][]/./g')" || fail 'it has a mount namespace of its own'
    # The container's own filter counts as well.
    while read -r line; do log_has needs "^$line" || fail 'it has a filter of system calls'; done < <(grep ^Seccomp /proc/1/status)
}

# Nothing that hostd itself does is taken away: adoption, sockets out of keepers, users, exec probes, the logger.
hostd_works_in_the_strict_sandbox() {
    local before old stray
    stray=$(pid_of needs)
    cat >/etc/hostd/hostd.toml <<'END'
[node]
roots = ["/usr"]
[service.web]
user = "agent"
listen = ["127.0.0.1:4711"]
command = ["sleep", "100000"]
ready = { exec = ["node", "--version"], interval = "1s", timeout = "10s" }
[service.plain]
command = "while :; do echo tick; sleep 0.1; done"
END
    mkdir -p /run/systemd/system/hostd.service.d
    cp $docs/examples/hostd-strict.conf /run/systemd/system/hostd.service.d/strict.conf
    systemctl daemon-reload
    expect_exposure hostd.service '`hostd.service` with `examples\/hostd-strict.conf`'
    systemctl restart hostd || fail 'systemctl restart'
    until_true 20 'both services' is_ready 2
    until_true 10 'output' log_has plain tick
    until_true 10 'what is no longer wanted to be gone' gone "$stray"
    before="$(pid_of web) $(pid_of plain)"
    old=$(show MainPID)
    kill -KILL "$old"
    until_true 10 'another hostd' replaced hostd "$old"
    until_true 20 'both services again' is_ready 2
    expect 'the pids' "$(pid_of web) $(pid_of plain)" "$before"
    hostctl restart web >/dev/null || fail 'a restart with the socket of the first'
    hostctl status --json | grep -q '"level":"critical"' && fail "something is critical: $(hostctl status)"
    hostctl stop web plain >/dev/null || fail 'hostctl stop'
    systemctl stop hostd
    no_drop_ins
}

hostd_runs_as_its_own_user() {
    cat >/etc/hostd/hostd.toml <<'END'
[service.own]
command = ["sh", "-c", "id-as-root -u; echo i-am-$(id -un); exec sleep 100000"]
[service.other]
user = "stranger"
command = ["sleep", "100000"]
END
    local unit
    for unit in hostd hostd-logger; do drop_in $unit <$docs/examples/hostd-own-user.conf; done
    systemctl start hostd || fail 'systemctl start'
    until_true 10 'what runs as agent' log_has own i-am-agent
    log_has own '^0$' || fail 'set-uid programs do not work'
    expect 'the user of hostd' "$(ps -o user= -p "$(show MainPID)")" agent
    expect 'the user of the logger' "$(ps -o user= -p "$(show MainPID hostd-logger)")" agent
    expect 'the owner of the logs' "$(stat -c %U /var/log/hostd/own/current)" agent
    as agent hostctl --socket /run/hostd/hostd.sock restart own >/dev/null || fail 'agent may not change what is its own'
    systemctl reload hostd || fail 'systemctl reload'
    local pid=$(pid_of own)
    systemctl restart hostd || fail 'systemctl restart'
    until_true 10 'the process to be adopted' own_is "$pid"
}
own_is() { [ "$(pid_of own)" = "$1" ]; }

a_service_that_it_cannot_start_waits_and_says_why() {
    local words='hostd runs as agent and cannot start anything as somebody else' status
    until_true 10 'condition config' config_says "$words"
    status=$(hostctl status other 2>&1)
    has 'hostctl status other' "$status" "$words"
    has 'hostctl status other' "$status" waiting
    expect 'hostctl start' "$(status_of timeout 20 hostctl start other --timeout 5s)" 1
    has 'hostctl start' "$(cat /tmp/answer)" "$words"
    expect 'launches that failed' "$(journalctl -q -b HOSTD_SERVICE=other HOSTD_EVENT=service.launch_failed | wc -l)" 0
    as agent env CONFIGURATION_DIRECTORY=/etc/hostd hostd --check >/tmp/check 2>&1
    expect 'hostd --check' "$?" 78
    has 'hostd --check' "$(cat /tmp/check)" "service.other: user \"stranger\": $words"
    systemctl stop hostd hostd-logger
    no_drop_ins
    systemctl start hostd || fail 'systemctl start as root again'
    until_true 20 'both services, as root' is_ready 2
}

a_credential_of_systemd_is_a_services_secret() {
    printf 'GATEWAY_KEY=%s\n' "$secret" | systemd-creds encrypt --with-key=host --name=gateway.env - /etc/gateway.cred ||
        fail 'systemd-creds encrypt'
    grep -q "$secret" /etc/gateway.cred && fail 'it is not encrypted'
    printf '%s-the-token' "$secret" >/etc/token.plain && chmod 600 /etc/token.plain
    cat >/etc/hostd/hostd.toml <<'END'
[control]
listen = "127.0.0.1:7788"
token_file = "credential:token"
admin_group = "hostd-admin"
read_group = "hostd"
[service.gateway]
user = "agent"
env_file = "credential:gateway.env"
command = "[ -n \"$GATEWAY_KEY\" ] || exit 7; [ -z \"$CREDENTIALS_DIRECTORY\" ] || exit 8; exec sleep 100000"
before_start = [["sh", "-c", "[ -n \"$GATEWAY_KEY\" ]"]]
[service.broken]
env_file = "credential:gateway.env"
command = "echo started; sleep 0.2; exit 3"
restart = { burst = 2, window = "1h", backoff = "100ms" }
[service.lost]
env_file = "credential:missing"
command = ["sleep", "100000"]
END
    drop_in hostd <<'END'
[Service]
LoadCredentialEncrypted=gateway.env:/etc/gateway.cred
LoadCredential=token:/etc/token.plain
END
    systemctl restart hostd || fail 'systemctl restart'
    hostctl wait gateway --for ready --timeout 20s >/dev/null || fail "no gateway: $(hostctl status gateway)"
    tr '\0' '\n' <"/proc/$(pid_of gateway)/environ" | grep -q "^GATEWAY_KEY=$secret$" || fail 'it has no key'
    has 'what lacks its credential' "$(hostctl status lost)" 'hostd has no credential missing'
    has 'what lacks its credential' "$(hostctl status lost)" 'LoadCredential=missing:'
}

has_crash() { hostctl crash list --json | grep -q broken; }

no_secret_is_seen_anywhere() {
    local place pid
    until_true 20 'a crash record' has_crash
    hostctl crash show broken >/tmp/seen 2>&1
    for place in 'status' 'status --json' 'status gateway' 'status broken' 'events' 'events --json' 'config show' 'crash list' \
        'logs broken' 'plan'; do
        # shellcheck disable=SC2086
        hostctl $place >>/tmp/seen 2>&1
    done
    journalctl -b -o export >>/tmp/seen
    systemctl show '*' >>/tmp/seen
    curl -s --max-time 5 -H "Authorization: Bearer $secret-the-token" http://127.0.0.1:7788/v1/status >>/tmp/seen
    for pid in $(pgrep -x hostd) $(pgrep -x hostd-logger); do cat "/proc/$pid/environ" >>/tmp/seen; done
    for pid in $(pgrep -x hostd-keeper) $(pgrep -u agent); do cat "/proc/$pid/cmdline" >>/tmp/seen; done
    grep -q '"services"' /tmp/seen || fail 'nothing was looked at'
    grep -qaF "$secret" /tmp/seen && fail "the secret is seen: $(grep -aoE ".{0,200}$secret.{0,60}" /tmp/seen | head -n 3)"
    place=$(grep -rlaF "$secret" /var/lib/hostd /var/log/hostd /run/hostd /var/log/journal /etc/hostd 2>/dev/null | head -n 3)
    [ -z "$place" ] || fail "the secret stands in $place"
    as agent cat /run/credentials/hostd.service/gateway.env 2>/dev/null && fail 'the user reads the credential itself'
    rm /tmp/seen
}

tcp() { curl -s --max-time 5 -o /dev/null -w '%{http_code}' "${@:2}" "http://127.0.0.1:7788$1"; }
ask() { as "$1" hostctl --socket /run/hostd/hostd.sock "${@:2}"; }
status_of() {
    local status=0
    "$@" >/tmp/answer 2>&1 || status=$?
    echo $status
}

the_control_socket_knows_users_by_their_groups() {
    local user
    expect 'a stranger who looks' "$(status_of ask stranger status)" 77
    expect 'a stranger who changes' "$(status_of ask stranger restart gateway)" 77
    expect 'the user of a service' "$(status_of ask agent restart gateway)" 77
    expect 'a reader who changes' "$(status_of ask looker restart gateway)" 77
    expect 'a reader who submits' "$(status_of ask looker job submit -- true)" 77
    expect 'a reader who reloads' "$(status_of ask looker reload)" 77
    expect 'an admin who changes' "$(status_of ask boss restart gateway)" 0
    expect 'root' "$(status_of hostctl restart gateway)" 0
    for user in looker boss; do ask $user status --json | grep -q '"services"' || fail "$user may not look"; done
    journalctl -q -b HOSTD_EVENT=host.refused | grep -q "uid $(id -u stranger)" || fail 'refusals are not told'
}

# Groups belong to processes, as everywhere: who is taken out of one keeps it until the session ends.
who_leaves_a_group_keeps_it_in_open_sessions() {
    local answer session
    coproc SESSION {
        as boss sh -c 'while read -r line; do
            hostctl --socket /run/hostd/hostd.sock restart gateway >/dev/null 2>&1; echo $?; done'
    }
    session=$SESSION_PID
    echo >&"${SESSION[1]}" && read -r answer <&"${SESSION[0]}"
    expect 'the session before' "$answer" 0
    gpasswd -d boss hostd-admin >/dev/null || fail gpasswd
    echo >&"${SESSION[1]}" && read -r answer <&"${SESSION[0]}"
    expect 'the session after' "$answer" 0
    expect 'a new session' "$(status_of ask boss restart gateway)" 77
    kill "$session"
    usermod -aG hostd-admin boss
}

tcp_needs_the_token_and_only_looks() {
    expect 'without a token' "$(tcp /v1/status)" 401
    expect 'with a wrong one' "$(tcp /v1/status -H 'Authorization: Bearer none')" 401
    expect 'with the one of the credential' "$(tcp /v1/status -H "Authorization: Bearer $secret-the-token")" 200
    expect 'a change' "$(tcp /v1/services/gateway/restart -X POST -H "Authorization: Bearer $secret-the-token")" 403
}

# refused PATH SPOIL MEND: after SPOIL a reload fails and says PATH.
refused() {
    local path=$1
    eval "$2"
    hostctl reload >/tmp/answer 2>&1 && fail "a reload goes by $path after $2"
    has "the reload after $2" "$(cat /tmp/answer)" "$path"
    eval "$3"
    hostctl reload >/tmp/answer 2>&1 || fail "after $3: $(cat /tmp/answer)"
}

loose_configuration_is_refused() {
    local pid path
    mkdir -p /etc/hostd/conf.d /etc/hostd/presets/jobs
    printf '[service.added]\ncommand = ["sleep", "100000"]\n' >/etc/hostd/conf.d/added.toml
    printf 'command = ["sleep", "1"]\n' | tee /etc/hostd/presets/own.toml >/etc/hostd/presets/jobs/own.toml
    hostctl reload >/dev/null || fail "reload: $(hostctl check 2>&1)"
    for path in /etc /etc/hostd /etc/hostd/hostd.toml /etc/hostd/conf.d /etc/hostd/conf.d/added.toml /etc/hostd/presets \
        /etc/hostd/presets/own.toml /etc/hostd/presets/jobs /etc/hostd/presets/jobs/own.toml; do
        refused $path "chmod o+w $path" "chmod o-w $path"
        refused $path "chgrp agent $path; chmod g+w $path" "chmod g-w $path; chgrp root $path"
        refused $path "chown agent $path" "chown root $path"
    done
    pid=$(pid_of added)
    printf '[service.evil]\ncommand = ["touch", "/etc/evil"]\n' >/etc/hostd/conf.d/evil.toml
    chown agent /etc/hostd/conf.d/evil.toml
    systemctl restart hostd || fail 'a start with it'
    until_true 10 'condition config' config_says '/etc/hostd/conf.d/evil.toml belongs to uid'
    expect 'what was accepted last' "$(pid_of added)" "$pid"
    [ ! -e /etc/evil ] || fail 'it ran'
    rm /etc/hostd/conf.d/evil.toml
    hostctl reload >/dev/null || fail 'reload'
}

loose_policies_and_pins_are_refused() {
    printf 'policy = "one"\n[tier.agent]\nmodel = "a/b"\n' >/etc/hostd/models.toml
    printf '{"format": 1, "default": null, "pins": []}' >/etc/hostd/node.lock
    chown agent /etc/hostd/models.toml
    until_true 10 'the policy to be refused' config_says '/etc/hostd/models.toml belongs to uid'
    chown root /etc/hostd/models.toml
    hostctl reload >/dev/null || fail 'reload'
    chmod o+w /etc/hostd/node.lock
    has 'node.lock' "$(hostctl node verify 2>&1)" '/etc/hostd/node.lock can be written by others'
    rm /etc/hostd/models.toml /etc/hostd/node.lock
}

loose_folders_are_refused() {
    local path
    systemctl stop hostd
    no_drop_ins
    printf '[service.last]\ncommand = ["sleep", "100000"]\n' >/etc/hostd/hostd.toml
    rm -rf /etc/hostd/conf.d
    for path in /var/lib/hostd /var/log/hostd /var/lib /var; do
        chmod o+w $path
        timeout 10 hostd >/tmp/answer 2>&1 && fail "hostd starts with $path as it is"
        has "a start with $path" "$(cat /tmp/answer)" "$path can be written by others"
        chmod o-w $path
    done
    chown agent /var/lib
    timeout 10 hostd >/tmp/answer 2>&1 && fail 'hostd starts with /var/lib of a stranger'
    has 'a start' "$(cat /tmp/answer)" '/var/lib belongs to uid'
    chown root /var/lib
    systemctl start hostd || fail 'systemctl start'
    hostctl wait last --for ready --timeout 10s >/dev/null || fail 'no service after all'
}

run_scenarios the_units_are_as_exposed_as_the_page_says what_hostd_starts_directly_is_not_hemmed_in \
    hostd_works_in_the_strict_sandbox hostd_runs_as_its_own_user a_service_that_it_cannot_start_waits_and_says_why \
    a_credential_of_systemd_is_a_services_secret no_secret_is_seen_anywhere \
    the_control_socket_knows_users_by_their_groups who_leaves_a_group_keeps_it_in_open_sessions \
    tcp_needs_the_token_and_only_looks loose_configuration_is_refused loose_policies_and_pins_are_refused \
    loose_folders_are_refused
