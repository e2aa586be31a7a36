// SPDX-License-Identifier: Apache-2.0

internal import HostLinux
public import HostLoop

/// Looks names up for all probes, in threads of its own: at most 8, those that hang in a dead resolver included.
/// Whoever asks for a name that is being looked up shares the answer; further names wait for a thread.
public final class Resolver {
    private static let threadLimit = 8

    private let loop: EventLoop
    private let ask: @Sendable (String) -> LookupAnswer
    /// Who asks for each name that waits or is being looked up.
    private var lookups: [String: [Lookup]] = [:]
    /// Names that have no thread yet, in order.
    private var waiting: [String] = []
    private var threads = 0
    /// One thread may rest; the others end when there is nothing more to do.
    private var resting: Worker?

    /// A resolver that asks the host's own.
    public convenience init(loop: EventLoop) {
        self.init(loop: loop, ask: SocketAddress.lookUp)
    }

    init(loop: EventLoop, ask: @escaping @Sendable (_ name: String) -> LookupAnswer) {
        self.loop = loop
        self.ask = ask
    }

    /// Looks `name` up; `then` is called once, never before this returns, and not at all after `cancel`.
    func lookUp(_ name: String, then: @escaping (LookupAnswer) -> Void) -> Lookup {
        let lookup = Lookup(name: name, resolver: self, then: then)
        if lookups[name] == nil { waiting.append(name) }
        lookups[name, default: []].append(lookup)
        startThreads()
        return lookup
    }

    private func startThreads() {
        while threads < Self.threadLimit, !waiting.isEmpty {
            let worker = resting ?? (try? Worker(loop: loop, lane: "lookup", limit: 1, threads: 1))
            guard let worker else { return }
            resting = nil
            threads += 1
            let name = waiting.removeFirst()
            let ask = self.ask
            worker.submit {
                ask(name)
            } then: { [weak self] (outcome: WorkOutcome<LookupAnswer>) in
                guard let self else { return }
                threads -= 1
                resting = worker
                if case .done(let answer) = outcome {
                    finish(name, answer)
                } else {
                    finish(name, .failure("name not looked up: no thread can be made"))
                }
            }
        }
    }

    private func finish(_ name: String, _ answer: LookupAnswer) {
        let asking = lookups.removeValue(forKey: name) ?? []
        startThreads()
        for lookup in asking { lookup.finish(answer) }
    }

    fileprivate func cancel(_ lookup: Lookup) {
        lookups[lookup.name]?.removeAll { $0 === lookup }
        // A name that nobody asks for any more needs no thread; one that has one keeps it until the resolver answers.
        guard lookups[lookup.name]?.isEmpty ?? false, let index = waiting.firstIndex(of: lookup.name) else { return }
        waiting.remove(at: index)
        lookups[lookup.name] = nil
    }
}

/// A question to the resolver.
final class Lookup {
    let name: String
    private weak var resolver: Resolver?
    private var then: ((LookupAnswer) -> Void)?

    fileprivate init(name: String, resolver: Resolver, then: @escaping (LookupAnswer) -> Void) {
        self.name = name
        self.resolver = resolver
        self.then = then
    }

    /// The answer is not wanted any more.
    func cancel() {
        then = nil
        resolver?.cancel(self)
    }

    fileprivate func finish(_ answer: LookupAnswer) {
        let then = self.then
        self.then = nil
        then?(answer)
    }
}
