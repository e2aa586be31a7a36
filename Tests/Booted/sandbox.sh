#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The sandboxes as systemd keeps them, from the very properties that hostd prints: what agents are made of works in them,
# and what they are to keep away is kept away.
. /mnt/booted/lib.sh

uid=4712
home=/home/boxed
work=/srv/boxed
keeper=/usr/local/libexec/hostd/hostd-keeper

# write_configuration: a service for each sandbox, and one for every property that is taken.
write_configuration() {
    mkdir -p /etc/hostd
    cat >/etc/hostd/hostd.toml <<END
[service.basic]
command = ["true"]
sandbox = "basic"
directory = "$work"
user = "boxed"
[service.strict]
command = ["true"]
sandbox = "strict"
directory = "$work"
user = "boxed"
limits = { memory = "1GiB", memory_high = "512MiB", tasks = 512, cpu = "200%", cpu_weight = 50, io_weight = 50 }
[service.own]
command = ["true"]
sandbox = "strict"
directory = "$work"
user = "boxed"
unit = { ProtectHome = "tmpfs", ReadWritePaths = "/tmp /var/tmp", SystemCallFilter = "", PrivateTmp = false }
[service.all]
command = ["true"]
[service.all.unit]
After = "network.target"
AllowedCPUs = "0"
AllowedMemoryNodes = "0"
AppArmorProfile = "-agent"
BPFProgram = "egress:/sys/fs/bpf/hook"
Before = "shutdown.target"
BindPaths = ["/srv:/mnt:norbind", "-/nothing"]
BindReadOnlyPaths = "/srv"
BindsTo = "sysinit.target"
CPUAccounting = true
CPUAffinity = "0"
CPUQuotaPeriodSec = "50ms"
CPUSchedulingPolicy = "batch"
CPUSchedulingPriority = 1
CPUSchedulingResetOnFork = true
CapabilityBoundingSet = "~CAP_SYS_TIME"
CoredumpFilter = "private-anonymous elf-headers"
DefaultDependencies = false
DefaultMemoryLow = "1M"
DefaultMemoryMin = "1M"
DeviceAllow = ["/dev/null rw", "char-rtc r"]
DevicePolicy = "closed"
DisableControllers = "cpu io"
Documentation = "man:agent(1)"
ExecPaths = "/usr"
IOAccounting = true
IODeviceLatencyTargetSec = "/dev/null 25ms"
IODeviceWeight = "/dev/null 200"
IOReadBandwidthMax = "/dev/null 5M"
IOReadIOPSMax = "/dev/null 1K"
IOSchedulingClass = "idle"
IOSchedulingPriority = 7
IOWriteBandwidthMax = "/dev/null 5M"
IOWriteIOPSMax = "/dev/null infinity"
IPAccounting = true
IPAddressAllow = "10.0.0.0/8 localhost"
IPAddressDeny = "2001:db8::/32 any"
IPCNamespacePath = "/run/ipc"
IPEgressFilterPath = "/sys/fs/bpf/hook"
IPIngressFilterPath = "/sys/fs/bpf/hook"
IgnoreOnIsolate = true
InaccessiblePaths = "-/root"
JoinsNamespaceOf = "other.service"
KeyringMode = "private"
LimitAS = "8G"
LimitCORE = "0"
LimitCPU = "1h"
LimitDATA = "8G"
LimitFSIZE = "1G:2G"
LimitLOCKS = 100
LimitMEMLOCK = "64K"
LimitMSGQUEUE = "infinity"
LimitNPROC = 1000
LimitRSS = "8G"
LimitRTPRIO = 0
LimitRTTIME = "500ms"
LimitSIGPENDING = 1000
LimitSTACK = "8M:infinity"
LockPersonality = true
ManagedOOMMemoryPressure = "auto"
ManagedOOMMemoryPressureLimit = "60%"
ManagedOOMPreference = "avoid"
ManagedOOMSwap = "auto"
MemoryAccounting = true
MemoryDenyWriteExecute = true
MemoryLow = "10%"
MemoryMin = "1M"
MemorySwapMax = "infinity"
MountFlags = "slave"
NUMAMask = "0"
NUMAPolicy = "preferred"
NetworkNamespacePath = "/run/netns/agents"
NoExecPaths = "/tmp"
NoNewPrivileges = true
Personality = "x86-64"
PrivateDevices = true
PrivateIPC = true
PrivateMounts = true
PrivateNetwork = true
PrivateTmp = true
ProcSubset = "all"
ProtectClock = true
ProtectControlGroups = true
ProtectHome = "tmpfs"
ProtectHostname = true
ProtectKernelLogs = true
ProtectKernelModules = true
ProtectKernelTunables = true
ProtectProc = "noaccess"
ProtectSystem = "strict"
ReadOnlyPaths = "/srv"
ReadWritePaths = "/srv '-/a b'"
Requires = "sysinit.target"
RequiresMountsFor = "/srv"
Requisite = "sysinit.target"
RestrictAddressFamilies = "AF_UNIX AF_INET"
RestrictFileSystems = "~ext4"
RestrictNamespaces = "~user"
RestrictNetworkInterfaces = "lo"
RestrictRealtime = true
RestrictSUIDSGID = true
SELinuxContext = "system_u:system_r:agent_t:s0"
Slice = "agents.slice"
SmackProcessLabel = "agent"
SocketBindAllow = ["ipv4:tcp:1024-2048", "udp:53"]
SocketBindDeny = "any"
StartupAllowedCPUs = "0"
StartupAllowedMemoryNodes = "0"
StartupCPUWeight = 10
StartupIOWeight = 10
SystemCallArchitectures = "native"
SystemCallErrorNumber = "EPERM"
SystemCallFilter = ["@system-service", "~@mount:ENOSYS"]
SystemCallLog = "@mount"
TasksAccounting = true
TemporaryFileSystem = "/var:ro,size=10M /opt"
TimerSlackNSec = "50us"
Wants = "network.target"
END
}

# in_unit SERVICE COMMAND…: runs it as the main process of a unit with the properties of SERVICE; what it prints is in
# $output, its status is returned.
in_unit() {
    local service=$1 unit=boxed-$RANDOM.service listing count words status
    shift
    listing=$(hostd --unit "$service") || fail "hostd --unit $service"
    count=$(wc -l <<<"$listing")
    eval "words=($(tr '\n' ' ' <<<"$listing"))"
    busctl -- call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager \
        StartTransientUnit 'ssa(sv)a(sa(sv))' "$unit" fail $((count + 4)) "${words[@]}" \
        RemainAfterExit b true CollectMode s inactive StandardOutput s journal \
        ExecStart 'a(sasb)' 1 "$1" $# "$@" false 0 >/dev/null ||
        fail "the unit of $service is refused"
    until_true 30 "the end of $*" has_ended "$unit"
    journalctl --sync
    output=$(journalctl -q -b -o cat "_SYSTEMD_UNIT=$unit")
    status=$(show ExecMainStatus "$unit")
    systemctl stop "$unit" 2>/dev/null
    systemctl reset-failed "$unit" 2>/dev/null
    return "$status"
}

has_ended() { [ "$(show ExecMainExitTimestampMonotonic "$1")" -gt 0 ]; }

# by_keeper SERVICE COMMAND…: the same with a keeper between, which becomes the user.
by_keeper() {
    local service=$1 folder=/run/hostd/$1.1
    shift
    rm -rf "$folder"
    mkdir -p -m 700 "$folder"
    chmod 711 /run/hostd
    in_unit "$service" "$keeper" --instance "$service.1" --dir "$folder" --token 00 --epoch test \
        --doorbell /run/hostd/none --streams none --uid $uid --gid $uid --groups '' --directory "$work" \
        --grace-ms 1000 --leftovers-ms 1000 --rlimit nofile=4096 --nice -1 -- "$@" || fail "the keeper: $output"
    record=$(cat "$folder/exit") || fail "no record of $*: $output"
    grep -qx 'code=0' <<<"$record"
}

# works SERVICE COMMAND…: as the user, under a keeper.
works() { by_keeper "$@" || fail "$* fails: $record"; }
fails() { ! by_keeper "$@" || fail "$* works"; }

users_and_folders_are_there() {
    groupadd --gid $uid boxed && useradd --uid $uid --gid $uid --create-home --home-dir $home boxed || fail 'no user'
    mkdir -p $work && chown boxed:boxed $work
    install -d -m 711 /run/hostd /var/lib/hostd
    write_configuration
    hostd --check || fail 'the configuration'
}

the_manager_takes_the_units() {
    local service
    for service in basic strict own; do in_unit "$service" /bin/true || fail "$service: $output"; done
}

# Each of them alone, with the type that hostd gives it: whether this host can do it shows at the start only.
the_manager_takes_every_property() {
    local line words unit=taken.service
    expect 'the properties tried here, beside those that docs/units.md names' \
        "$(sed -n '/^\[service.all.unit\]/,$s/^\([A-Z][A-Za-z]*\) = .*/\1/p' /etc/hostd/hostd.toml | sort)" \
        "$(hostd --reference-units | sed -n '/^## What `unit` takes/,/^## What `unit` does not/s/^| \(`[^|]*\) |.*/\1/p' |
            tr -d '`,' | tr ' ' '\n' | sort)"
    hostd --unit all >/run/listing || fail 'hostd --unit all'
    while read -r line; do
        eval "words=($line)"
        busctl -- call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager \
            StartTransientUnit 'ssa(sv)a(sa(sv))' $unit replace 3 "${words[@]}" CollectMode s inactive-or-failed \
            ExecStart 'a(sasb)' 1 /bin/true 1 /bin/true false 0 >/dev/null || fail "refused: $line"
        until_true 10 "the end with $line" is_collected $unit
    done </run/listing
}

is_collected() { [ "$(show LoadState "$1")" = not-found ]; }

a_unit_has_what_hostd_prints() {
    in_unit strict /bin/sh -c 'cat /proc/self/status' || fail "$output"
    has 'the status' "$output" 'NoNewPrivs:	1'
    has 'the status' "$output" 'Seccomp:	2'
}

programs_of_agents_work() {
    local sandbox
    for sandbox in basic strict own; do
        works $sandbox /bin/true
        works $sandbox /bin/sh -c '[ "$(id -u)" = 4712 ] && [ "$(ulimit -n)" = 4096 ] && [ "$(nice)" = -1 ]'
        works $sandbox /usr/bin/node -e '
            const { Worker } = require("worker_threads"), { execFileSync } = require("child_process");
            function hot(n) { let s = 0; for (let i = 0; i < n; i++) s += i % 7; return s }
            for (let i = 0; i < 200; i++) hot(1e5);
            execFileSync("/bin/sh", ["-c", "echo hello >from-node"]);
            require("os").cpus().length || process.exit(3);
            const server = require("http").createServer((q, a) => a.end("fine")).listen(0, "127.0.0.1", () =>
                fetch("http://127.0.0.1:" + server.address().port).then((r) => r.text()).then((text) => {
                    new Worker("0", { eval: true }).on("exit", () => process.exit(text === "fine" ? 0 : 4));
                }));'
        works $sandbox /usr/bin/python3 -c '
import asyncio
async def main():
    async def answer(reader, writer):
        writer.write(await reader.readline()); await writer.drain(); writer.close()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    child = await asyncio.create_subprocess_exec("sh", "-c", "exit 3")
    assert await child.wait() == 3
asyncio.run(main())'
        works $sandbox /bin/sh -c 'rm -rf r && git -c init.defaultBranch=main init -q r && cd r &&
            echo x >x && git add x && git -c user.name=a -c user.email=a@example.com commit -qm x && git log -1 >/dev/null'
        works $sandbox /bin/sh -c 'python3 -m http.server 18099 --bind 127.0.0.1 >/dev/null 2>&1 & server=$!
            for i in $(seq 100); do curl -sf http://127.0.0.1:18099/ >/dev/null && break; sleep 0.05; done
            curl -sf http://127.0.0.1:18099/ >/dev/null; status=$?; kill $server; exit $status'
    done
}

the_host_is_out_of_reach() {
    local sandbox
    for sandbox in basic strict; do
        # As root, which is the worst case: what is left is what the sandbox leaves.
        in_unit $sandbox /bin/sh -c 'touch /etc/x' && fail "$sandbox: /etc can be written to"
        in_unit $sandbox /bin/sh -c 'touch /usr/x' && fail "$sandbox: /usr can be written to"
        in_unit $sandbox /bin/sh -c 'echo 1 >/proc/sys/kernel/pid_max' && fail "$sandbox: sysctls can be set"
        in_unit $sandbox /bin/sh -c 'mount -t tmpfs none /mnt' && fail "$sandbox: it can mount"
        in_unit $sandbox /bin/sh -c 'date -s 2020-01-01' && fail "$sandbox: the clock can be set"
        in_unit $sandbox /bin/sh -c 'mkdir /sys/fs/cgroup/x' && fail "$sandbox: cgroups can be made"
        in_unit $sandbox /bin/sh -c 'grep -q "NoNewPrivs:.1" /proc/self/status' ||
            fail "$sandbox: set-user-ID programs have their rights"
    done
}

basic_leaves_the_rest_as_it_is() {
    works basic /bin/sh -c 'echo x >/tmp/basic && echo x >/var/tmp/basic && echo x >~boxed/basic && ls /proc/1 >/dev/null'
    [ -e /tmp/basic ] || fail '/tmp is another one'
}

strict_leaves_the_working_folder() {
    works strict /bin/sh -c 'echo x >here && echo x >/tmp/strict'
    [ -e $work/here ] || fail 'the working folder is another one'
    [ ! -e /tmp/strict ] || fail '/tmp is that of the host'
    fails strict /bin/sh -c 'echo x >~boxed/strict'
    fails strict /bin/sh -c 'echo x >/var/lib/strict'
    fails strict /bin/sh -c '[ -d /proc/1 ]'
    fails strict unshare --user true
    fails strict /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'
    works basic unshare --user true
}

what_is_given_goes_before_the_sandbox() {
    works own /bin/sh -c 'echo x >/var/tmp/own && echo x >/tmp/own && [ ! -e /home/boxed/.profile ]'
    [ -e /var/tmp/own ] && [ -e /tmp/own ] || fail 'the folders are others'
}

the_child_has_no_capabilities() {
    local sandbox
    for sandbox in basic strict; do
        works $sandbox /bin/sh -c 'grep -qx "CapEff:.0000000000000000" /proc/self/status &&
            grep -qx "CapPrm:.0000000000000000" /proc/self/status && grep -qx "CapAmb:.0000000000000000" /proc/self/status'
    done
}

run_scenarios users_and_folders_are_there the_manager_takes_the_units a_unit_has_what_hostd_prints \
    the_host_is_out_of_reach the_child_has_no_capabilities programs_of_agents_work basic_leaves_the_rest_as_it_is \
    strict_leaves_the_working_folder the_manager_takes_every_property what_is_given_goes_before_the_sandbox
