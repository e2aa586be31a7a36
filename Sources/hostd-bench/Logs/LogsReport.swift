// SPDX-License-Identifier: Apache-2.0

/// What the rounds have shown.
struct LogsReport {
    let sinks: [any LogSink]
    let results: [[CaptureResult]]
    let megabytes: Int

    /// How many million bytes a sink gets of the usual amount.
    static func share(of sink: any LogSink, _ megabytes: Int) -> Int {
        sink.isSlow ? max(megabytes / 8, 1) : megabytes
    }

    func show() {
        let rounds = results.first?.count ?? 0
        say("lines of \(LineGenerator.lineBytes) bytes, medians of \(rounds) rounds, every byte checked")
        var table = TextTable("sink", "MB", "MB/s", "slowest", "fastest", "sink CPU s/GB", "writer CPU s/GB")
        for (index, sink) in sinks.enumerated() {
            let speeds = speeds(index)
            table.add(
                sink.name, String(Self.share(of: sink, megabytes)), decimal(median(speeds), 0),
                decimal(speeds.min() ?? .nan, 0), decimal(speeds.max() ?? .nan, 0),
                decimal(processorSeconds(index, \.sinkSeconds), 2),
                decimal(processorSeconds(index, \.writerSeconds), 2))
        }
        table.show()
        for own in sinks.indices where sinks[own] is HostdSink {
            for index in sinks.indices where !(sinks[index] is HostdSink) { compare(own, index) }
        }
    }

    private func compare(_ own: Int, _ other: Int) {
        let speed = median(speeds(own)) / median(speeds(other))
        let processor = processorSeconds(own, \.sinkSeconds) / processorSeconds(other, \.sinkSeconds)
        say("\(sinks[own].name) / \(sinks[other].name): \(decimal(speed, 2)) × MB/s, \(decimal(processor, 2)) × CPU")
    }

    private func speeds(_ index: Int) -> [Double] {
        let share = Double(Self.share(of: sinks[index], megabytes))
        return results[index].map { share / $0.seconds }
    }

    private func processorSeconds(_ index: Int, _ part: KeyPath<CaptureResult, Double>) -> Double {
        median(results[index].map { $0[keyPath: part] }) * 1000 / Double(Self.share(of: sinks[index], megabytes))
    }
}
