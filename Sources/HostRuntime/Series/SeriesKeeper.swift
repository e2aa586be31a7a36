// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop
internal import HostStore

/// Keeps the last hours of the watches' figures in the store: forecasts and pictures need them, and hostd and its host
/// may begin anew at any time.
final class SeriesKeeper {
    /// A watch whose figures are kept.
    struct Source {
        /// What it has now, by name.
        let current: () -> [String: [SampleSeries.Point]]
        /// Gives it what was kept.
        let recall: ([String: [SampleSeries.Point]]) -> Void
    }

    private static let prefix = "series:"
    private static let pause: Duration = .seconds(300)
    /// The first time: who is killed again and again leaves something as well.
    private static let firstPause: Duration = .seconds(10)

    private let loop: EventLoop
    private let store: Store
    private var sources: [String: Source] = [:]
    private var timer: TimerSource?
    private var hasRecalled = false

    init(loop: EventLoop, store: Store) {
        self.loop = loop
        self.store = store
    }

    /// Asks the store what it has for these, and writes from then on.
    func begin(_ sources: [String: Source]) {
        self.sources = sources
        timer = try? loop.timer { [weak self] in self?.keep() }
        store.documents(Self.prefix) { [weak self] found in self?.recall(found ?? [:]) }
    }

    private func recall(_ documents: [String: String]) {
        let clock = WallClock(now: loop.now, last: nil)
        for (name, source) in sources {
            guard let text = documents[Self.prefix + name] else { continue }
            source.recall(SeriesText.series(text, clock, at: loop.now))
        }
        hasRecalled = true
        timer?.arm(at: loop.now + Self.firstPause)
    }

    private func keep() {
        keepNow()
        timer?.arm(at: loop.now + Self.pause)
    }

    /// Hands the store what there is, unless that would replace what nobody has read yet.
    func keepNow() {
        guard hasRecalled else { return }
        let clock = WallClock(now: loop.now, last: nil)
        for (name, source) in sources {
            let text = SeriesText.text(source.current(), clock)
            store.set(document: Self.prefix + name, text.isEmpty ? nil : text)
        }
    }
}

extension Supervisor {
    /// Lets the watches go on from what the store knows of their last hours.
    func keepSeries() {
        series.begin([
            "disks": .init(
                current: { [weak self] in self?.disks.series ?? [:] }, recall: { [weak self] in self?.disks.recall($0) }
            ),
            "network": .init(
                current: { [weak self] in self?.network.points ?? [:] },
                recall: { [weak self] in self?.network.recall($0) }),
        ])
    }
}
