// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostWire

/// Answers about the host.
extension Supervisor {
    func answerConditions(_ call: ControlCall) {
        call.finish(["conditions": .array(hostStatus().conditions.map(\.json))])
    }
}
