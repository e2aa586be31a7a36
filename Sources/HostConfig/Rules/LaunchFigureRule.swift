// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `${net.NAME.rtt_p99_ms}` names a probe that there is.
struct LaunchFigureRule {
    let services: [ServiceSpecification]
    let probes: [String]

    func check(_ checking: inout Checking) {
        for service in services {
            let key = "service.\(service.name.family.text)"
            check(service.launch.command, "\(key).command", &checking)
            for (name, value) in service.launch.environment.sorted(by: { $0.key < $1.key }) {
                check([value], "\(key).env.\(shownKey(name))", &checking)
            }
        }
    }

    private func check(_ texts: [String], _ key: String, _ checking: inout Checking) {
        let targets = texts.flatMap(LaunchFigure.all).compactMap { figure in
            if case .roundTrip(let target) = figure { target } else { nil }
        }
        let unknown = targets.first { !probes.contains($0) }
        guard let unknown, let place = checking.place(of: key) else { return }
        let known = probes.isEmpty ? "there is none" : "there are " + probes.map(quoted).joined(separator: ", ")
        checking.report(path: key, "no probe of the network is called \(quoted(unknown)) (\(known))", at: place)
    }
}
