// SPDX-License-Identifier: Apache-2.0

/// What the service manager's results mean, for people.
enum UnitWords {
    /// Why a job did not bring its unit up.
    static func job(_ unit: String, _ result: String) -> String {
        switch result {
        case "canceled": "the start of \(unit) was cancelled by another request to the service manager"
        case "timeout": "the service manager did not get \(unit) started in time"
        case "dependency": "something that \(unit) needs did not start (systemctl list-dependencies \(unit))"
        default: "the service manager could not start \(unit): \(result) (journalctl -u \(unit))"
        }
    }

    /// Why a unit ended: by its Result= and the status of its main process. From 200 on that is the number of a step
    /// that failed between fork and exec (systemd.exec(5), "Process Exit Codes").
    static func end(_ unit: String, _ result: String, _ status: Int32) -> String {
        let steps: [Int32: String] = [
            200: "change its directory", 203: "execute the keeper", 205: "set a resource limit",
            206: "set the OOM score", 208: "connect its input", 209: "connect its output", 210: "change its root",
            214: "set its scheduling", 218: "set its capabilities", 219: "move into its cgroup",
            225: "set its network",
            226: "set up its mount namespace (does every path of `unit` and `directory` exist?)",
            228: "set its system call filter", 232: "set its address families", 233: "make its runtime folder",
            238: "make its state folder", 243: "get its credentials",
        ]
        guard result == "exit-code", status >= 200 else { return "\(unit) ended: \(result)" }
        let step = steps[status] ?? "set itself up"
        return "\(unit) could not \(step): status \(status) (journalctl -u \(unit))"
    }
}
