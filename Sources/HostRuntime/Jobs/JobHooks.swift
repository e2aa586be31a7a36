// SPDX-License-Identifier: Apache-2.0

internal import HostCore

extension Supervisor {
    func runHook(of job: JobMachine, _ kind: KindSpecification?) {}
    func watchSchedules() {}
    func forgetLogs(of ids: [JobID]) {}
}
