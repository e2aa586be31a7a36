// SPDX-License-Identifier: Apache-2.0

import HostLinux
import Testing

/// The unit of a process, as /proc/PID/cgroup names it.
struct SystemdUnitTests {
    @Test(arguments: [
        ("0::/system.slice/web.service\n", "web.service", SystemdUnit.Manager.system),
        ("0::/system.slice/system-web.slice/web@2.service/worker", "web@2.service", .system),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/openclaw-gateway.service",
            "openclaw-gateway.service", .user(1000)
        ),
        ("0::/user.slice/user-1000.slice/session-3.scope", "session-3.scope", .system),
        ("0::/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope", .user(1000)),
        ("0::/user.slice/user-7.slice/user@7.service", "user@7.service", .system),
        ("4:memory:/x.service\n1:name=systemd:/system.slice/web.service\n0::/\n", "web.service", .system),
        ("0::/system.slice/_cpu.web.service", "cpu.web.service", .system),
    ])
    func itIsTheInnermostServiceOrScope(text: String, name: String, manager: SystemdUnit.Manager) {
        #expect(SystemdUnit(cgroup: text) == SystemdUnit(name: name, manager: manager))
    }

    @Test(arguments: ["", "0::/", "0::/docker/0123", "nonsense", "3:cpu:/a.service"])
    func outsideOfSystemdThereIsNone(text: String) {
        #expect(SystemdUnit(cgroup: text) == nil)
    }
}
