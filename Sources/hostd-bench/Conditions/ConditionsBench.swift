// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// What the watches over the host cost with all their defaults, and how often and how late they speak on made-up
/// traces, beside plain thresholds.
func runConditionsBench(_ arguments: [String]) -> Int {
    var numbers: [String: Int64] = ["--seconds": 120, "--days": 40]
    for name in numbers.keys {
        guard let text = option(name, in: arguments) else { continue }
        guard let number = Int64(text), (1...86400).contains(number) else {
            say("hostd-bench: \(name) wants a number from 1 to 86400")
            return 2
        }
        numbers[name] = number
    }
    do {
        try showCost(seconds: numbers["--seconds"] ?? 120)
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
    DiskJudgement.show()
    NetworkJudgement.show(days: Int(numbers["--days"] ?? 40))
    return 0
}

/// The watches without any probe of the network, and with three: the difference is what the probes cost.
private func showCost(seconds: Int64) throws {
    var table = TextTable(["all of hostd's processes, \(seconds) s", "CPU s/h", "wake-ups/min", "probes/min"])
    var rows: [(cpu: Double, wakeUps: Double)] = []
    for probes in [0, 3] {
        guard let span = try IdleSpan(of: .watchingHost(probes: probes), seconds: seconds) else { continue }
        let sum = span.readings.map(\.reading).reduce(ProcessReading(), +)
        let row = (
            cpu: Double(sum.cpuNanoseconds) / 1e9 * 3600 / Double(seconds),
            wakeUps: Double(sum.switches) * 60 / Double(seconds)
        )
        rows.append(row)
        let asked = decimal(Double(span.probes) * 60 / Double(seconds), 1)
        table.add(
            probes == 0 ? "disk, memory, an alert route" : "and \(probes) probes of the network at 15 s",
            decimal(row.cpu, 2), decimal(row.wakeUps, 1), asked)
    }
    if let bare = rows.first, let full = rows.last {
        table.add("so the probes alone", decimal(full.cpu - bare.cpu, 2), decimal(full.wakeUps - bare.wakeUps, 1), "")
    }
    table.show()
}

extension FootprintSubject {
    /// hostd with no service, the default watches over disk and memory, one alert route and so many probes of a web
    /// server on this host.
    fileprivate static func watchingHost(probes: Int) -> FootprintSubject {
        FootprintSubject(
            title: "hostd with \(probes) probes of the network", program: BenchPrograms.built("hostd"),
            prepare: { folder, port throws(SystemError) in
                let targets = (0..<probes).map { "{ name = \"t\($0)\", http = \"http://127.0.0.1:\(port)/\($0)\" }" }
                let configuration = """
                    [host]
                    launcher = "direct"
                    [network]
                    probes = [\(targets.joined(separator: ", "))]
                    [[alert]]
                    webhook = "http://127.0.0.1:\(port)/alert"
                    on = ["service.looping"]

                    """
                try Files.replace(folder + "/hostd.toml", with: configuration.utf8)
                return ["--dir", folder]
            },
            isUp: { pid, requests in
                ProcessGroup(hostd: pid).count(of: "spare keeper") == 1 && requests.count == probes
            },
            group: ProcessGroup.init(hostd:))
    }
}
