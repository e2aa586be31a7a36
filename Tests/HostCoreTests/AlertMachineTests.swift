// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// When alerts tell of what.
final class AlertMachineTests {
    private var machine = AlertMachine()
    private var now = Instant.zero + .seconds(1000)
    /// What is on its way, if anything.
    private var way: AlertMessage?
    private var health = 0

    private func configure(_ on: String..., quiet: Duration = .seconds(600)) {
        let patterns = on.compactMap { AlertPattern($0) }
        #expect(patterns.count == on.count)
        let target = AlertSpecification.Target.webhook(url: "http://x/", format: .json)
        feed(.configure([AlertSpecification(name: "a", key: "a", target: target, on: patterns, quiet: quiet)]))
    }

    private func feed(_ event: AlertMachine.Event) {
        for effect in machine.handle(event, at: now) {
            if case .deliver(_, let message) = effect { way = message }
            if case .health = effect { health += 1 }
        }
    }

    private func happens(_ name: String, _ subject: String = "gateway", _ severity: AlertSeverity = .error) {
        feed(.happened(Self.occasion(name, subject, severity)))
    }

    private static func occasion(_ name: String, _ subject: String, _ severity: AlertSeverity) -> AlertOccasion {
        AlertOccasion(
            name: name, subject: subject, severity: severity, text: "\(subject): \(name)", wallMilliseconds: 7)
    }

    private func becomes(_ kind: String, _ level: ConditionLevel) {
        let severity: AlertSeverity = level == .critical ? .error : level == .warn ? .warning : .notice
        feed(.condition(level, Self.occasion("", kind, severity)))
    }

    private func pass(_ time: Duration) {
        now = now + time
        feed(.wake)
    }

    /// What arrives, one after the other, until nothing is on its way.
    private func arrivals() -> [String] {
        var found: [String] = []
        while let message = way {
            way = nil
            found.append("\(message.status.rawValue) \(message.occasion.name)")
            feed(.delivered(route: "a", id: message.id))
        }
        return found
    }

    private func fail(refused: Bool = false) {
        guard let message = way else { return #expect(Bool(false), "nothing is on its way") }
        way = nil
        feed(.failed(route: "a", id: message.id, "no", isRefused: refused))
    }

    @Test func aCauseIsToldOfOnceAndThenThatItIsOver() {
        configure("service.looping")
        happens("service.looping")
        happens("service.looping")
        happens("service.looping", "other")
        #expect(arrivals() == ["firing service.looping", "firing service.looping"], "each service is a cause")
        happens("service.ready", "gateway", .notice)
        #expect(arrivals() == ["resolved service.looping"])
        happens("service.ready", "gateway", .notice)
        #expect(arrivals().isEmpty)
    }

    @Test func whatIsNotNamedIsNotToldOf() {
        configure("service.looping", "disk.critical")
        happens("service.held")
        becomes("disk", .warn)
        becomes("network", .critical)
        happens("service.ready", "gateway", .notice)
        #expect(arrivals().isEmpty)
    }

    @Test func aStarMeansTroubleOnlyAndTellsOfOneCauseOnceUnlessItBecomesWorse() {
        configure("service.*")
        happens("service.started", "gateway", .notice)
        happens("service.unhealthy", "gateway", .warning)
        happens("service.backoff", "gateway", .warning)
        #expect(arrivals() == ["firing service.unhealthy"])
        happens("service.looping", "gateway", .error)
        happens("service.held", "gateway", .error)
        #expect(arrivals() == ["firing service.looping"])
        happens("service.stopped", "gateway", .notice)
        #expect(arrivals() == ["resolved service.unhealthy"])
    }

    @Test func aConditionIsToldOfByLevel() {
        configure("*.critical", "condition.network")
        becomes("disk", .warn)
        #expect(arrivals().isEmpty)
        becomes("disk", .critical)
        #expect(arrivals() == ["firing disk.critical"])
        becomes("disk", .warn)
        #expect(arrivals() == ["resolved disk.critical"], "it is not critical any more")
        becomes("network", .warn)
        becomes("network", .critical)
        becomes("network", .warn)
        #expect(arrivals() == ["firing network.warn", "firing network.critical"])
        becomes("network", .ok)
        #expect(arrivals().count == 1)
    }

    @Test func withinTheQuietTimeACauseIsNotToldOfAgainAndAfterItIfItHolds() {
        configure("disk.critical", quiet: .seconds(60))
        becomes("disk", .critical)
        becomes("disk", .ok)
        #expect(arrivals() == ["firing disk.critical", "resolved disk.critical"])
        becomes("disk", .critical)
        becomes("disk", .ok)
        becomes("disk", .critical)
        #expect(arrivals().isEmpty)
        #expect(machine.deadline == now + .seconds(60))
        pass(.seconds(59))
        #expect(way == nil)
        pass(.seconds(1))
        #expect(way?.repeats == 1, "the time that was over at once was not told of")
        #expect(arrivals() == ["firing disk.critical"])
    }

    @Test func whatHasNoEndIsToldOfAgainWhenTheQuietTimeIsOver() {
        configure("service.exited", quiet: .seconds(60))
        for _ in 0..<5 { happens("service.exited", "gateway", .notice) }
        #expect(arrivals() == ["firing service.exited"])
        pass(.seconds(60))
        #expect(way?.repeats == 3)
        #expect(arrivals() == ["firing service.exited"])
        #expect(machine.deadline == nil)
    }

    @Test func anOutageIsOutlastedWithPausesThatGrowToALimit() {
        configure("service.looping")
        happens("service.looping")
        var pauses: [Int64] = []
        for _ in 0..<9 {
            fail()
            let deadline = machine.deadline ?? now
            pauses.append((deadline - now).nanoseconds / 1_000_000_000)
            now = deadline
            feed(.wake)
        }
        #expect(pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300])
        #expect(arrivals() == ["firing service.looping"])
        #expect(machine.routes["a"]?.failure == nil)
        #expect(health == 10)
    }

    @Test func aMessageThatIsRefusedDoesNotHoldUpTheOthersForEver() {
        configure("service.looping")
        happens("service.looping")
        happens("service.looping", "other")
        for _ in 0..<AlertMachine.Limits.refusals {
            fail(refused: true)
            pass(.seconds(300))
        }
        happens("service.ready", "gateway", .notice)
        #expect(way?.occasion.subject == "other")
        #expect(way?.dropped == 1)
        #expect(arrivals() == ["firing service.looping"], "nobody is told that what was not told of is over")
    }

    @Test func theQueueIsBoundedAndCountsWhatItDrops() {
        configure("service.looping", "service.exited")
        for index in 0..<150 { happens("service.exited", "s\(index)", .notice) }
        happens("service.looping")
        #expect(machine.routes["a"]?.queue.count == AlertRoute.queueLimit)
        #expect(machine.routes["a"]?.dropped == 51)
        let found = arrivals()
        #expect(found.count == 101, "what still holds is told of when there is room")
        #expect(machine.routes["a"]?.dropped == 0)
    }

    @Test func whatWasToldOfIsNotToldOfAgainAfterARestart() throws {
        configure("service.looping")
        happens("service.looping")
        #expect(arrivals().count == 1)
        machine = AlertMachine(Array(machine.routes.values))
        feed(.holds(Self.occasion("service.looping", "gateway", .error)))
        #expect(arrivals().isEmpty)
        feed(.holds(Self.occasion("service.ready", "gateway", .notice)))
        #expect(arrivals() == ["resolved service.looping"])
    }

    @Test func anAlertThatFailsIsToldOfByNameAlone() {
        configure("condition.*", "*.warn")
        becomes("alert", .warn)
        #expect(arrivals().isEmpty)
        configure("condition.alert")
        becomes("alert", .warn)
        #expect(arrivals() == ["firing alert.warn"])
    }
}

/// The names of what alerts tell of.
struct AlertPatternTests {
    @Test(arguments: [
        "service.looping", "service.*", "*.critical", "*.warn", "condition.network", "condition.*", "disk.warn",
        "disk.*",
        "host.awake", "job.held", "policy.rolled_back",
    ])
    func right(text: String) { #expect(AlertPattern(text) != nil) }

    @Test(arguments: [
        "", "*", "*.*", "service", "service.loping", "disk.bad", "condition.tape", "tape.warn", "a.b.c", ".", "host.",
    ])
    func wrong(text: String) { #expect(AlertPattern(text) == nil) }
}

/// The shapes of webhooks.
struct AlertFormatTests {
    private static let message = AlertMessage(
        id: 9, status: .firing,
        occasion: AlertOccasion(
            name: "service.held", subject: "gateway", severity: .error, text: "a \"b\"\n<c> & \\\u{1}",
            wallMilliseconds: 0), repeats: 1, queuedAt: .zero)

    @Test func eachFormatIsJSONThatTheOtherSideTakes() {
        let line = "[h] error: a \\\"b\\\"\\n<c> & \\\\\\u0001 (and 1 time more since the last message)"
        let slack = line.replacing("&", with: "&amp;").replacing("<c>", with: "&lt;c&gt;")
        let bodies = AlertFormat.allCases.map { $0.body(Self.message, host: "h", at: "T") }
        #expect(
            bodies == [
                "{\"id\":9,\"status\":\"firing\",\"event\":\"service.held\",\"subject\":\"gateway\","
                    + "\"severity\":\"error\","
                    + "\"text\":\"a \\\"b\\\"\\n<c> & \\\\\\u0001\",\"line\":\"\(line)\",\"host\":\"h\",\"at\":\"T\","
                    + "\"repeats\":1,\"dropped\":0}",
                "{\"text\":\"\(slack)\"}",
                "{\"content\":\"\(line)\",\"allowed_mentions\":{\"parse\":[]}}",
                "{\"text\":\"\(line)\",\"disable_web_page_preview\":true}",
            ])
    }

    @Test func aLineThatIsTooLongIsCut() {
        var message = Self.message
        message.occasion.text = String(repeating: "x", count: 5000)
        let body = AlertFormat.discord.body(message, host: "h", at: "T")
        #expect(body.count < 2000 && body.contains("…"))
    }

    @Test func aURLIsOnlyShownToItsHost() {
        #expect(AlertSpecification.masked("https://hooks.slack.com/services/T0/B0/x") == "https://hooks.slack.com/…")
        #expect(AlertSpecification.masked("http://127.0.0.1:80") == "http://127.0.0.1:80")
        #expect(AlertSpecification.masked("https://h?token=x") == "https://h/…")
    }
}
