// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Commands around a start and an end run in their order, one at a time, and a start that one of them refuses is none.
extension Checker {
    /// Whether a launch is one that begins a start: what holds of starts is to hold of it.
    mutating func checkHooks(_ id: InstanceID, _ hook: Hook?, _ service: SimulatedService) -> Bool {
        let index = service.index
        let done = records[index].hooksDone
        switch hook {
        case .afterStop(_)?: return false
        case .beforeStart(0)?:
            records[index].hooksDone = 0
            return true
        case .beforeStart(let number)?:
            require(done == nil || done == number, "\(id) runs before_start[\(number)] after \(done ?? 0) of them")
            return false
        case nil:
            let count = service.specification.beforeStart.count
            require(done == nil || done == count, "\(id) was launched after \(done ?? 0) of \(count) hooks")
            return count == 0
        }
    }

    /// How long the instance ran whose end is judged now; nil when nothing is judged now.
    mutating func ranToJudge(
        _ instance: SimulatedInstance?, _ hook: Hook?, _ service: SimulatedService, isFailure: Bool
    ) -> Duration? {
        let index = service.index
        switch hook {
        case nil: return instance?.notes.ran ?? .zero
        case .beforeStart(let number)?:
            if isFailure { return .zero }
            // One that did not end well may only be followed by nothing: the launch of the program would tell.
            let status = instance?.exit?.status
            let isWell = status == nil || status == .code(0)
            if isWell, records[index].hooksDone == number { records[index].hooksDone = number + 1 }
            return nil
        case .afterStop(let number)?:
            guard number == service.specification.afterStop.count - 1 else { return nil }
            defer { records[index].ranBeforeHooks = nil }
            return records[index].ranBeforeHooks
        }
    }
}
