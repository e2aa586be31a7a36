#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Units of systemd beside hostd: found, explained, and taken over by hostctl adopt.
. /mnt/booted/lib.sh

uid=4711
as_user() { setpriv --reuid=$uid --regid=$uid --clear-groups env XDG_RUNTIME_DIR=/run/user/$uid HOME=/home/agent "$@"; }
manager_runs() { as_user systemctl --user is-active --quiet basic.target; }
reason_of() { hostctl status "$1" --json | tr '\n' ' '; }
is_ready() { hostctl wait "$1" --for ready --timeout 1s; }
is_up() { systemctl is-active --quiet hostd; }
config_is() { hostctl status --json | tr -d '\n ' | grep -q "\"kind\":\"config\",\"level\":\"$1\""; }
waits_for_port() { reason_of "$1" | grep -q 'is held by'; }
# served PORT WHO: the server says who started it.
served() { [ "$(ask "$1")" = "$2" ]; }
ask() {
    exec 9<>"/dev/tcp/127.0.0.1/$1" || return
    printf 'GET / HTTP/1.0\r\n\r\n' >&9
    tail -n 1 <&9
}

a_host_with_units() {
    groupadd --gid $uid agent && useradd --create-home --uid $uid --gid $uid agent || fail 'no user'
    loginctl enable-linger agent || fail 'loginctl enable-linger'
    until_true 20 "the user's manager" manager_runs
    mkdir -p /srv/web /home/agent/.config/systemd/user
    cat >/srv/web/server.mjs <<'END'
import http from 'node:http'
const who = process.env.HOSTD_SERVICE ?? 'systemd'
if (process.env.ONLY_AS_UNIT && who !== 'systemd') { console.error('I am a unit and nothing else'); process.exit(1) }
const port = Number(process.argv[process.argv.indexOf('--port') + 1])
http.createServer((request, response) => response.end(`${who}\n`)).listen(port, '127.0.0.1')
END
    cat >/home/agent/.config/systemd/user/openclaw-gateway.service <<'END'
[Unit]
Description=OpenClaw Gateway
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/usr/bin/node /srv/web/server.mjs gateway --port 18789
Restart=always
RestartSec=5
TimeoutStopSec=30
KillMode=mixed
Environment=HOME=/home/agent
Environment=OPENCLAW_SYSTEMD_UNIT=openclaw-gateway.service

[Install]
WantedBy=default.target
END
    chown -R agent:agent /home/agent
    as_user systemctl --user enable --now openclaw-gateway.service 2>/dev/null || fail 'the native unit'
    until_true 20 'the native gateway' served 18789 systemd
}

a_port_that_a_unit_holds_is_explained() {
    cat >/etc/hostd/hostd.toml <<'END'
[service.gateway]
preset = "openclaw-gateway"
command = ["/usr/bin/node", "/srv/web/server.mjs", "gateway", "--port", "${port}"]
user = "agent"
END
    systemctl start hostd || fail 'systemctl start hostd'
    until_true 20 'the gateway to wait' waits_for_port gateway
    local pid text
    pid=$(as_user systemctl --user show -P MainPID openclaw-gateway.service)
    text=$(reason_of gateway)
    has 'the reason' "$text" "port 18789 is held by pid $pid (node) of openclaw-gateway.service, a unit of user agent: "
    has 'the reason' "$text" 'hostctl adopt openclaw-gateway.service --user agent'
    has 'the reason' "$text" 'systemctl --user --machine=agent@ disable --now openclaw-gateway.service'
    journalctl -q -b -o cat HOSTD_SERVICE=gateway HOSTD_EVENT=service.waiting |
        grep -q 'of openclaw-gateway.service, a unit of user agent' || fail 'the event says nothing of the unit'
}

a_native_unit_that_is_enabled_is_a_warning_until_it_is_not() {
    until_true 10 'the warning' config_is warn
    has 'the condition' "$(hostctl status)" 'gateway: openclaw-gateway.service, a unit of user agent, is enabled as well'
    as_user systemctl --user disable --now openclaw-gateway.service 2>/dev/null || fail 'no disable'
    until_true 20 'the warning to go' config_is ok
    until_true 20 'the gateway' is_ready gateway
    served 18789 gateway || fail 'it is not served by hostd'
}

a_native_unit_of_the_system_is_found_at_a_reload() {
    sed 's/^\[Install\]/User=agent\n&/; s/default.target/multi-user.target/' \
        /home/agent/.config/systemd/user/openclaw-gateway.service >/etc/systemd/system/clawdbot-gateway.service
    systemctl daemon-reload
    systemctl enable clawdbot-gateway.service 2>/dev/null
    hostctl reload >/dev/null || fail 'reload'
    until_true 10 'the warning' config_is warn
    has 'the condition' "$(hostctl status)" 'gateway: clawdbot-gateway.service is enabled as well'
    systemctl disable clawdbot-gateway.service 2>/dev/null
    until_true 20 'the warning to go' config_is ok
    rm /etc/systemd/system/clawdbot-gateway.service
    systemctl daemon-reload
}

# web_unit NAME PORT [VARIABLE=VALUE]
web_unit() {
    cat >"/etc/systemd/system/$1.service" <<END
[Unit]
Description=a server
StartLimitIntervalSec=0
[Service]
User=agent
WorkingDirectory=/srv/web
Environment=GREETING=hello ${3:-}
ExecStart=/usr/bin/node server.mjs --port $2
Restart=on-failure
RestartSec=1
ProtectHome=read-only
[Install]
WantedBy=multi-user.target
END
    systemctl daemon-reload
    systemctl enable --now "$1.service" 2>/dev/null || fail "no $1"
    until_true 20 "$1" served "$2" systemd
}

a_unit_is_shown_and_written_without_hostd() {
    web_unit web 8088
    systemctl stop hostd
    local text
    text=$(hostctl adopt web) || fail 'adopt'
    has 'the configuration' "$text" 'command = ["/usr/bin/node", "server.mjs", "--port", "8088"]'
    has 'the configuration' "$text" 'user = "agent"'
    has 'the configuration' "$text" 'unit = { ProtectHome = "read-only" }'
    hostctl adopt web --write --name written >/run/said || fail 'adopt --write'
    grep -q 'systemctl disable --now web.service' /run/said || fail "no word on the hand-over: $(cat /run/said)"
    hostctl check >/dev/null || fail 'hostctl check'
    hostctl adopt web --write --name written 2>/run/said && fail 'it is written twice'
    grep -q -- --name /run/said || fail "no way out is told: $(cat /run/said)"
    rm /etc/hostd/conf.d/written.toml
    systemctl is-enabled --quiet web && served 8088 systemd || fail 'the unit was touched'
}

what_cannot_be_adopted_has_an_exit_code() {
    local code=0
    hostctl adopt nonsense 2>/dev/null || code=$?
    expect 'no such unit' "$code" 4
    code=0
    hostctl adopt openclaw-gateway 2>/run/said || code=$?
    expect 'a unit of a user' "$code" 4
    has 'the hint' "$(cat /run/said)" '--user agent'
    code=0
    as_user hostctl adopt web --write 2>/dev/null || code=$?
    expect 'written by a user' "$code" 77
    code=0
    hostctl adopt web --take-over 2>/dev/null || code=$?
    expect 'without hostd' "$code" 69
    [ -e /etc/hostd/conf.d/web.toml ] && fail 'it is written all the same'
    systemctl start hostd
    until_true 20 'the gateway' is_ready gateway
}

a_take_over_serves_the_same_port() {
    hostctl adopt web --take-over || fail 'adopt --take-over'
    served 8088 web || fail 'the port is not served by hostd'
    expect 'the unit' "$(systemctl is-enabled web; systemctl is-active web)" "$(printf 'disabled\ninactive')"
    expect 'whose process' "$(ps -o user= -p "$(pid_of web)")" agent
    # Enabled again it would fight: hostd knows the unit that it took over.
    systemctl enable web 2>/dev/null
    hostctl reload >/dev/null
    until_true 10 'the warning' config_is warn
    systemctl disable web 2>/dev/null
    until_true 20 'the warning to go' config_is ok
}

a_take_over_that_fails_puts_the_unit_back() {
    web_unit stubborn 8089 ONLY_AS_UNIT=1
    local code=0
    hostctl adopt stubborn --take-over >/run/said 2>&1 || code=$?
    expect 'the exit code' "$code" 1
    has 'what it says' "$(cat /run/said)" 'I am a unit and nothing else'
    has 'what it says' "$(cat /run/said)" 'stubborn.service is back as it was'
    [ -e /etc/hostd/conf.d/stubborn.toml ] && fail 'the file is still there'
    hostctl status stubborn >/dev/null 2>&1 && fail 'hostd still has it'
    expect 'the unit' "$(systemctl is-enabled stubborn; systemctl is-active stubborn)" "$(printf 'enabled\nactive')"
    until_true 20 'the unit to serve' served 8089 systemd
}

a_take_over_that_is_interrupted_puts_the_unit_back() {
    web_unit slow 8090
    mkdir -p /etc/systemd/system/slow.service.d
    printf '[Service]\nExecStartPre=/bin/sh -c "[ -z \\"$HOSTD_SERVICE\\" ] || exec sleep 1000"\n' \
        >/etc/systemd/system/slow.service.d/slow.conf
    systemctl daemon-reload
    hostctl adopt slow --take-over >/run/said 2>&1 &
    local caller=$! code=0
    until_true 20 'hostd to start it' hook_runs
    kill -TERM "$caller"
    wait "$caller" || code=$?
    expect 'the exit code' "$code" 1
    has 'what it says' "$(cat /run/said)" 'slow.service is back as it was'
    expect 'the unit' "$(systemctl is-enabled slow; systemctl is-active slow)" "$(printf 'enabled\nactive')"
    until_true 20 'the unit to serve' served 8090 systemd
    hostctl status slow >/dev/null 2>&1 && fail 'hostd still has it'
}
hook_runs() { pgrep -f 'sleep 1000$'; }

# The service has nothing to enable: its socket starts it.
a_take_over_that_fails_puts_sockets_back_as_they_were() {
    local code=0
    printf '[Socket]\nListenStream=127.0.0.1:18999\n[Install]\nWantedBy=sockets.target\n' \
        >/etc/systemd/system/called.socket
    printf '[Service]\nType=notify\nExecStart=/bin/sleep 500000\n' >/etc/systemd/system/called.service
    systemctl daemon-reload
    systemctl enable --quiet --now called.socket || fail 'systemctl enable'
    hostctl adopt called --take-over --timeout 3s >/run/said 2>&1 || code=$?
    expect 'the exit code' "$code" 1
    has 'what is said' "$(cat /run/said)" 'is back as it was'
    expect 'called.socket' "$(systemctl is-enabled called.socket) $(systemctl is-active called.socket)" 'enabled active'
    expect 'called.service' "$(systemctl is-active called.service)" inactive
    [ ! -e /etc/hostd/conf.d/called.toml ] || fail 'the file is still there'
}

a_users_gateway_is_taken_over_by_root() {
    hostctl stop gateway >/dev/null
    rm /etc/hostd/hostd.toml && touch /etc/hostd/hostd.toml
    hostctl reload >/dev/null
    as_user systemctl --user enable --now openclaw-gateway.service 2>/dev/null || fail 'the native unit'
    until_true 20 'the native gateway' served 18789 systemd
    hostctl adopt openclaw-gateway --user agent --take-over --timeout 3m || fail 'adopt --take-over'
    served 18789 openclaw-gateway || fail 'the port is not served by hostd'
    expect 'whose process' "$(ps -o user= -p "$(pid_of openclaw-gateway)")" agent
    grep -qx 'preset = "openclaw-gateway"' /etc/hostd/conf.d/openclaw-gateway.toml || fail 'no preset'
    as_user systemctl --user is-enabled --quiet openclaw-gateway.service && fail 'the unit is still enabled'
    config_is ok || fail "a warning: $(hostctl status)"
}

run_scenarios a_host_with_units a_port_that_a_unit_holds_is_explained \
    a_native_unit_that_is_enabled_is_a_warning_until_it_is_not a_native_unit_of_the_system_is_found_at_a_reload \
    a_unit_is_shown_and_written_without_hostd what_cannot_be_adopted_has_an_exit_code a_take_over_serves_the_same_port \
    a_take_over_that_fails_puts_the_unit_back a_take_over_that_is_interrupted_puts_the_unit_back \
    a_take_over_that_fails_puts_sockets_back_as_they_were a_users_gateway_is_taken_over_by_root
