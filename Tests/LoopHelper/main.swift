// SPDX-License-Identifier: Apache-2.0

// Runs one scenario that needs a process of its own and prints what it saw, a line each. The tests of the loop start
// it.

import Glibc
import HostLinux

ProcessLimits.raiseOpenFiles()
Signals.ignorePipe()
let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.dropFirst().first) {
case ("signals", _): try takeSignals()
case ("probes", let port?): try probeMany(port: UInt16(port) ?? 0)
case ("dead-names", let server?): try lookUpDeadNames(server: server)
case ("full-disk", let folder?): try fillDisk(folder)
case ("write-jobs", let folder?): try writeJobs(folder)
case ("write-policies", let folder?): try writePolicies(folder)
case ("full-of-jobs", let folder?): try fillDiskWithJobs(folder)
case ("rescue", let folder?): try rescueWithoutRoom(folder)
case ("read-only", let folder?): try makeWritable(folder)
default: exit(2)
}
