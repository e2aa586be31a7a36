// SPDX-License-Identifier: Apache-2.0

internal import HostWire

extension [ServiceBrief] {
    /// In the order in which they start: each after those of its `after` that are among them, else as they stand.
    func inStartOrder() -> [ServiceBrief] {
        var result: [ServiceBrief] = []
        var placed: Set<String> = []
        let byName = Dictionary(map { ($0.name, $0) }) { first, _ in first }
        // hostd refuses circles; should there be one all the same, each service is placed once.
        var path: [(service: ServiceBrief, next: Int)] = []
        for service in self where placed.insert(service.name).inserted {
            path.append((service, 0))
            while let (current, next) = path.popLast() {
                guard next < current.after.count else {
                    result.append(current)
                    continue
                }
                path.append((current, next + 1))
                if let before = byName[current.after[next]], placed.insert(before.name).inserted {
                    path.append((before, 0))
                }
            }
        }
        return result
    }
}
