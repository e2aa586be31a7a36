// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A host that runs golden jobs: a store that commits in order and loses what it did not commit, jobs that run once
/// they are on the disk, and a hostd that is killed at given moments. A moment is between any two effects, commits and
/// pieces of news.
struct GoldenWorld {
    private enum Write {
        case document(String)
        case job(key: String, JobID)
        case end(JobID)
    }

    private struct Job {
        let id: JobID
        var isOver = false
    }

    private let run: GoldenMachine.Run
    private let kills: Set<Int>
    private var random: SplitMix64
    private var machine: GoldenMachine?
    private var document: String?
    private var jobs: [String: Job] = [:]
    private var unwritten: [Write] = []
    private var news: [GoldenMachine.Event] = []
    private var lastJob: Int64 = 0
    /// Keys of the jobs on the disk, in their order.
    private var created: [String] = []
    private var told: [GoldenMachine.Verdict] = []
    /// Hostd was killed while it carried out effects: those that are left are nobody's.
    private(set) var lives = 0
    private(set) var moments = 0
    /// What is wrong; nil when all is well.
    private(set) var problem: String?

    init(_ run: GoldenMachine.Run, seed: UInt64, kills: Set<Int>) {
        self.run = run
        self.kills = kills
        random = SplitMix64(seed: seed)
    }

    /// Until the outcome was told and that is written down; then checks all that must hold.
    mutating func runToTheEnd() {
        for _ in 0..<100_000 {
            if machine == nil { start() }
            while !news.isEmpty, goesOn() {
                let event = news.removeFirst()
                feed { $0.handle(event) }
            }
            if !unwritten.isEmpty, random.unit() < 0.7 {
                commit()
            } else if let key = running.randomElement(using: &random) {
                finish(key)
            } else if unwritten.isEmpty, machine?.endedMilliseconds != nil {
                return check()
            } else {
                commit()
            }
            if running.count > GoldenMachine.atOnce { problem = "\(running.count) jobs at once" }
        }
        problem = "it never ends"
    }

    private var running: [String] { jobs.filter { !$0.value.isOver }.keys.sorted() }

    /// False when hostd was killed just then.
    private mutating func goesOn() -> Bool {
        moments += 1
        guard kills.contains(moments) else { return true }
        machine = nil
        unwritten = []
        news = []
        return false
    }

    private mutating func start() {
        lives += 1
        machine = document.flatMap { GoldenMachine(snapshot: $0) } ?? GoldenMachine(run)
        if document == nil, !jobs.isEmpty { problem = "there are jobs of a run that nobody knows of" }
        feed { $0.resume() }
    }

    private mutating func feed(_ body: (inout GoldenMachine) -> [GoldenMachine.Effect]) {
        guard var known = machine else { return }
        let effects = body(&known)
        machine = known
        let life = lives
        for effect in effects {
            guard goesOn(), machine != nil, lives == life else { return }
            carryOut(effect)
        }
    }

    private mutating func carryOut(_ effect: GoldenMachine.Effect) {
        guard let known = machine else { return }
        switch effect {
        case .save: unwritten.append(.document(known.snapshot))
        case .submit(let item): submit(item, key: known.key(of: item))
        case .ended(let verdict):
            while !unwritten.isEmpty, machine != nil { commit() }
            guard machine != nil, goesOn() else { return }
            told.append(verdict)
            guard goesOn() else { return }
            feed { $0.handle(.announced(at: 5)) }
        }
    }

    /// The store is asked, and its answers come in order, after what was ordered in the same breath.
    private mutating func submit(_ item: GoldenMachine.Item, key: String) {
        if let known = jobs[key] {
            news.append(.submitted(item, known.id))
            if known.isOver { news.append(.over(known.id, end(of: key), key)) }
            return
        }
        for case .job(key, let id) in unwritten { return news.append(.submitted(item, id)) }
        lastJob += 1
        guard let id = JobID(lastJob) else { return }
        unwritten.append(.job(key: key, id))
        news.append(.submitted(item, id))
    }

    /// The oldest write is on the disk, and hostd is told.
    private mutating func commit() {
        guard !unwritten.isEmpty, goesOn() else { return }
        switch unwritten.removeFirst() {
        case .document(let text): document = text
        case .job(let key, let id):
            if jobs[key] != nil { problem = "\(key) was made twice" }
            jobs[key] = Job(id: id)
            created.append(key)
        case .end(let id):
            guard let key = jobs.first(where: { $0.value.id == id })?.key else { return }
            jobs[key]?.isOver = true
            guard goesOn() else { return }
            let end = end(of: key)
            feed { $0.handle(.over(id, end, key)) }
        }
    }

    /// A job is through: hostd judges it, and has that written down.
    private mutating func finish(_ key: String) {
        guard let id = jobs[key]?.id, !unwritten.contains(where: { if case .end(id) = $0 { true } else { false } }),
            goesOn()
        else { return }
        if isRefused(key) { feed { $0.handle(.refused(id, "404")) } }
        if machine != nil { unwritten.append(.end(id)) }
    }

    // MARK: - What becomes of each job is the same in all lives

    private func number(_ key: String) -> UInt64 {
        key.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 } >> 32
    }

    private func isRefused(_ key: String) -> Bool { number(key) % 10 == 0 }

    private func end(of key: String) -> GoldenMachine.End {
        switch number(key) % 10 {
        case 0, 1, 2: .failed
        case 3: .cancelled
        default: .succeeded
        }
    }

    // MARK: - What must hold

    private mutating func check() {
        let blank = GoldenMachine(run)
        let items = (0..<run.count).map(blank.item)
        if created != items.map(blank.key) { problem = "the jobs are \(created)" }
        guard let machine, document.flatMap({ GoldenMachine(snapshot: $0) }) == machine else {
            problem = "what is written down is not what is known"
            return
        }
        for item in items {
            let key = machine.key(of: item)
            let wanted: GoldenMachine.Outcome =
                switch end(of: key) {
                case .succeeded: .succeeded
                case .failed: isRefused(key) ? .refused("404") : .failed(key)
                case .cancelled: .void(key)
                }
            if machine.outcome(of: item) != wanted { problem = "\(key) came to another end" }
            if machine.job(of: item) != jobs[key]?.id { problem = "\(key) is another job" }
        }
        if told.isEmpty || told.contains(where: { $0 != machine.verdict }) { problem = "\(told) was told" }
    }
}
