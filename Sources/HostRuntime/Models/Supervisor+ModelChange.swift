// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop
internal import HostWire

/// Services that are to be restarted for another model, and wait for a quiet moment.
final class ModelTells {
    /// What is new for a service, in words: `model of tier agent: a → b`.
    var news: (ServiceName, PolicyGeneration) -> String = { "the models of generation \($1.number)" }
    /// One that is under way.
    fileprivate struct Waiting {
        /// The generation that it waits for.
        let generation: Int64
        let timer: TimerSource
    }

    fileprivate var waiting: [ServiceName: Waiting] = [:]
}

extension Supervisor {
    /// So often it is looked whether nobody works.
    private static let quietInterval: Duration = .seconds(2)
    /// So long a quiet moment is waited for before that is said; it is tried again.
    private static let quietPatience: Duration = .seconds(120)
    /// So long a service may take to be up again.
    private static let restartPatience: Duration = .seconds(900)

    /// Does what `model_change` of a service says; `then` gets nil when that is done, else why not. What is down has
    /// the new models at its next launch.
    func tell(_ name: ServiceName, of generation: PolicyGeneration, then: @escaping (String?) -> Void) {
        guard let service = machine.services[name] else { return loop.later { then(nil) } }
        switch (service.specification.modelChange, service.state) {
        case (.none, _), (_, .stopped), (_, .held), (_, .waiting), (_, .pausing), (_, .ending):
            loop.later { then(nil) }
        case (.restart, .up), (.restart, .launching):
            restartQuietly(name, generation, until: loop.now + Self.quietPatience, then: then)
        case (.tell(let action), .up(let life)):
            let environment = ["HOSTD_GENERATION": "\(generation.number)"]
            let news = modelTells.news(name, generation)
            carryOut(action, called: "model_change", life, of: service, environment) { [weak self] well, what in
                self?.history.add("service.reloaded", life.instance, "\(news): \(what)")
                self?.loop.later { then(well ? nil : what) }
            }
        case (_, .launching), (_, .hooking):
            loop.later { then("it is just being started") }
        }
    }

    /// Restarts a service when nobody works with it.
    private func restartQuietly(
        _ name: ServiceName, _ generation: PolicyGeneration, until end: Instant, then: @escaping (String?) -> Void
    ) {
        guard limits.isBusy(name) else { return restart(name, generation, then: then) }
        guard loop.now < end else { return then("it waits for a quiet moment: jobs are at work") }
        let timer = try? loop.timer { [weak self] in
            guard let self else { return }
            self.modelTells.waiting[name] = nil
            guard case .up? = self.machine.services[name]?.state else {
                return self.tell(name, of: generation, then: then)
            }
            self.restartQuietly(name, generation, until: end, then: then)
        }
        guard let timer else { return loop.later { then("it waits for a quiet moment: jobs are at work") } }
        timer.arm(at: loop.now + Self.quietInterval)
        modelTells.waiting[name] = .init(generation: generation.number, timer: timer)
    }

    private func restart(_ name: ServiceName, _ generation: PolicyGeneration, then: @escaping (String?) -> Void) {
        var answer: ((String?) -> Void)? = then
        let finish = { [weak self] (why: String?) in
            self?.modelTells.waiting[name] = nil
            guard let then = answer else { return }
            answer = nil
            then(why)
        }
        let timer = try? loop.timer { [weak self] in
            finish("it is not up again: \(self?.machine.services[name]?.reason ?? "")")
        }
        guard let timer else { return loop.later { finish("hostd cannot open anything more") } }
        timer.arm(at: loop.now + Self.restartPatience)
        modelTells.waiting[name] = .init(generation: generation.number, timer: timer)
        let began = loop.now
        let party = ActionParty { [weak self] outcome in
            self?.loop.later { finish(outcome.ok ? nil : "it is \(outcome.state): \(outcome.reason)") }
        }
        feed(.restart([name], .models(modelTells.news(name, generation))))
        actions.append(PendingAction(kind: .restart, goal: .up, name: name, began: began, party: party))
        settleActions()
    }
}
