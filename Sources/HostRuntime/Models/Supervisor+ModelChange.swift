// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop
internal import HostWire

/// Services that are to be restarted for another model, and wait for a quiet moment.
final class ModelTells {
    /// What is new for a service, in words: `model of tier agent: a → b`.
    var news: (ServiceName, PolicyGeneration) -> String = { "the models of generation \($1.number)" }
    /// The timers of those that are under way, each under a number of its own: two may concern one service.
    private var timers: [Int: TimerSource] = [:]
    private var numbers = 0

    fileprivate func keep(_ timer: TimerSource) -> Int {
        numbers += 1
        timers[numbers] = timer
        return numbers
    }

    fileprivate func drop(_ number: Int?) {
        if let number { timers[number] = nil }
    }
}

extension Supervisor {
    /// So often it is looked whether nobody works.
    private static let quietInterval: Duration = .seconds(2)
    /// So long a quiet moment is waited for before that is said; it is tried again.
    private static let quietPatience: Duration = .seconds(120)
    /// So long a service may take to be up again.
    private static let restartPatience: Duration = .seconds(900)

    /// Does what `model_change` says of these instances of one service; `then` gets nil when that is done, else why
    /// not. What is down has the new models at its next launch.
    func tell(_ names: [ServiceName], of generation: PolicyGeneration, then: @escaping (String?) -> Void) {
        guard let first = names.first.flatMap({ machine.services[$0] }) else { return loop.later { then(nil) } }
        switch first.specification.modelChange {
        case .none: loop.later { then(nil) }
        case .restart:
            let running = names.filter { machine.services[$0]?.state.hasModels == true }
            guard !running.isEmpty else { return loop.later { then(nil) } }
            restartQuietly(running, generation, until: loop.now + Self.quietPatience, then: then)
        case .tell(let action):
            let outcomes = ModelTellOutcomes(names.count, then)
            for name in names { tell(name, action, generation) { outcomes.add($0) } }
        }
    }

    private func tell(
        _ name: ServiceName, _ action: ReloadSpecification, _ generation: PolicyGeneration,
        then: @escaping (String?) -> Void
    ) {
        switch machine.services[name]?.state {
        case .up(let life)?:
            guard let service = machine.services[name] else { return loop.later { then(nil) } }
            let environment = ["HOSTD_GENERATION": "\(generation.number)"]
            let news = modelTells.news(name, generation)
            carryOut(action, called: "model_change", life, of: service, environment) { [weak self] well, what in
                self?.history.add("service.reloaded", life.instance, "\(news): \(what)")
                self?.loop.later { then(well ? nil : what) }
            }
        case .launching?, .hooking?: loop.later { then("\(name): it is just being started") }
        case .stopped?, .held?, .waiting?, .pausing?, .ending?, nil: loop.later { then(nil) }
        }
    }

    /// Restarts instances of a service when nobody works with it.
    private func restartQuietly(
        _ names: [ServiceName], _ generation: PolicyGeneration, until end: Instant, then: @escaping (String?) -> Void
    ) {
        guard names.contains(where: { limits.isBusy($0) }) else {
            return restart(names, generation, then: then)
        }
        guard loop.now < end else { return then("it waits for a quiet moment: jobs are at work") }
        var number: Int?
        let timer = try? loop.timer { [weak self] in
            guard let self else { return }
            self.modelTells.drop(number)
            let running = names.filter { self.machine.services[$0]?.state.hasModels == true }
            guard !running.isEmpty else { return then(nil) }
            self.restartQuietly(running, generation, until: end, then: then)
        }
        guard let timer else { return loop.later { then("it waits for a quiet moment: jobs are at work") } }
        timer.arm(at: loop.now + Self.quietInterval)
        number = modelTells.keep(timer)
    }

    /// Restarts instances of a service, one after the other, each when the one before is ready again.
    func restart(_ names: [ServiceName], _ generation: PolicyGeneration, then: @escaping (String?) -> Void) {
        guard let first = names.first else { return loop.later { then(nil) } }
        var answer: ((String?) -> Void)? = then
        var number: Int?
        let finish = { [weak self] (why: String?) in
            self?.modelTells.drop(number)
            guard let then = answer else { return }
            answer = nil
            then(why)
        }
        let timer = try? loop.timer { [weak self] in
            let down = names.first { self?.machine.services[$0]?.phase != .ready } ?? first
            finish("\(down) is not up again: \(self?.machine.services[down]?.reason ?? "")")
        }
        guard let timer else { return loop.later { finish("hostd cannot open anything more") } }
        timer.arm(at: loop.now + Self.restartPatience)
        number = modelTells.keep(timer)
        let began = loop.now
        let outcomes = ModelTellOutcomes(names.count, finish)
        feed(.restart(Set(names), .models(modelTells.news(first, generation))))
        for name in names {
            let party = ActionParty { [weak self] outcome in
                self?.loop.later {
                    outcomes.add(outcome.ok ? nil : "\(name) is \(outcome.state): \(outcome.reason)")
                }
            }
            actions.append(PendingAction(kind: .restart, goal: .up, name: name, began: began, party: party))
        }
        settleActions()
    }
}

/// What came of each of several; the first trouble is that of all.
private final class ModelTellOutcomes {
    private var missing: Int
    private var trouble: String?
    private let then: (String?) -> Void

    init(_ count: Int, _ then: @escaping (String?) -> Void) {
        missing = count
        self.then = then
    }

    func add(_ why: String?) {
        trouble = trouble ?? why
        missing -= 1
        if missing == 0 { then(trouble) }
    }
}

nonisolated extension ServiceState {
    /// It has models that it was launched with.
    fileprivate var hasModels: Bool {
        switch self {
        case .up, .launching: true
        case .stopped, .held, .waiting, .pausing, .ending, .hooking: false
        }
    }
}
