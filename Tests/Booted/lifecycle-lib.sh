# SPDX-License-Identifier: Apache-2.0
# What the scenarios of lifecycle.sh and boots.sh have in common: two services, one after the other, and a job that counts.
# On SIGTERM each writes its name into /srv/order; where /srv/slowly is there it takes a second for that.

control=/run/hostd/hostd.sock
id=1

# configure [STOP_WITH_HOSTD [MORE]]
configure() {
    mkdir -p /srv/counter /etc/hostd
    cat >/srv/service.sh <<'END'
trap '[ ! -e /srv/slowly ] || sleep 1; echo "$1" >>/srv/order; exit' TERM
while :; do sleep 1000 & wait $!; done
END
    # It goes on from its checkpoint, counts, and saves where it is when it is asked.
    cat >/srv/count.sh <<'END'
i=${1:-0}
trap 'touch asked; [ ! -e /srv/slowly ] || sleep 1; echo $i >place; echo "saved $i"' USR1
trap 'echo job >>/srv/order; exit 1' TERM
rm -f asked
echo "from $i"
until [ -e finish ]; do
    sleep 0.05 & wait $!
    i=$((i + 1))
done
echo "counted to $i"
END
    cat >/etc/hostd/hostd.toml <<END
[host]
launcher = "$LAUNCHER"
stop_with_hostd = ${1:-true}
[control]
read_group = "hostd"
[service.first]
command = ["bash", "/srv/service.sh", "first"]
[service.second]
command = ["bash", "/srv/service.sh", "second"]
after = ["first"]
[kind.counter]
command = ["bash", "/srv/count.sh"]
resume = ["bash", "/srv/count.sh", "\${checkpoint}"]
directory = "/srv/counter"
checkpoint = { file = "place", signal = "SIGUSR1", patience = "20s" }
${2:-}
END
}

failures() { hostctl job show "$id" --json | grep -o '"failures": *[0-9]*' | grep -o '[0-9]*$'; }
job_pid() { pgrep -x -f 'bash /srv/count.sh.*' | head -n 1; }
job_runs() { [ -n "$(job_pid)" ] && [ ! -e /srv/counter/asked ]; }
pids() { echo "$(pid_of first) $(pid_of second) $(job_pid)"; }
is_ready() {
    systemctl is-active --quiet hostd && case $(show StatusText) in '2 of 2 services ready'*) ;; *) false ;; esac
}
is_over() { case $(systemctl is-active hostd) in inactive | failed) ;; *) false ;; esac }
state_is() { hostctl status "$1" --json | grep -q "\"state\": *\"$2\""; }
keeps() { [ "$(show NFileDescriptorStore)" = "$1" ]; }
no_order() { rm -f /srv/order; }
order() { tr '\n' ' ' </srv/order | sed 's/ $//'; }
order_is() { [ "$(order)" = "$1" ]; }

# kill_hostd SIGNAL: sends it to hostd and waits for the next one.
kill_hostd() {
    local old
    old=$(show MainPID)
    # To pid 0 it would go to this script and all that started it.
    [ "$old" -gt 0 ] || fail 'hostd does not run'
    kill -"$1" "$old"
    until_true 20 'another hostd' replaced hostd "$old"
}

said_by_hostd() { journalctl -q -b -u hostd -o cat | grep -qF "$1" || fail "hostd did not say: $1"; }
detached_since() { journalctl -q --since "@$1" HOSTD_EVENT=host.detaching | grep -q restarts; }
listener_of() { ss -xlpn 2>/dev/null | grep -F " $1 " | grep -q 'pid=1,' && echo 1; }
# Somebody is connected to the control socket.
has_visitor() { [ "$(grep -c "$control" /proc/net/unix)" -ge 2 ]; }

drop_in() {
    mkdir -p /run/systemd/system/hostd.service.d
    printf '[Service]\n' >/run/systemd/system/hostd.service.d/test.conf
    printf '%s\n' "$@" >>/run/systemd/system/hostd.service.d/test.conf
    systemctl daemon-reload
}
no_drop_in() {
    rm -f /run/systemd/system/hostd.service.d/test.conf
    systemctl daemon-reload
}

nothing_is_left() {
    expect 'keepers' "$(count hostd-keeper)" 0
    expect 'processes of services and jobs' "$(pgrep -f 'bash /srv/' || true)" ''
}

start_again() {
    systemctl start hostd || fail 'systemctl start'
    until_true 20 'all services to be ready' is_ready
    until_true 20 'the job to go on' job_runs
}
