// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostWire

/// Answers about the configuration.
extension Supervisor {
    func answerPlan(_ call: ControlCall) {
        plan { [weak self] result in
            guard let self else { return }
            switch result {
            case .success((let new, _))?: call.finish(ReloadAnswer(ok: true, changes: self.changes(to: new)).json)
            case .failure(let failure)?:
                let lines = failure.description.split(separator: "\n").map(String.init)
                call.finish(ReloadAnswer(ok: false, errors: lines).json)
            case nil: call.refuse(503, "the disk that has the configuration does not answer")
            }
        }
    }

    func answerReload(_ call: ControlCall) {
        reload("asked for by \(call.request.peer)") { call.finish($0.json) }
    }
}
