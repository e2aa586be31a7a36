// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// `hostd-bench swap --litellm`: what a change of the model of a real LiteLLM proxy costs its clients, by restarting it
/// alone, with its socket held, and with two of them that share the socket and are restarted in turn.
func runLiteLLMSwap(_ arguments: [String]) -> Int {
    guard let rate = option("--rate", in: arguments).map({ Int($0) }) ?? 47, (1...1000).contains(rate) else {
        say("hostd-bench: --rate wants a number of requests a second")
        return 2
    }
    guard let litellm = LiteLLM() else {
        say("hostd-bench: LiteLLM is not there (run tools/litellm)")
        return 1
    }
    do {
        var table = TextTable([
            "\(rate) requests/s", "sent", "answered", "refused", "reset", "reset kept", "5xx", "cut", "failing s",
            "longest s", "of old", "of new",
        ])
        for way in SwapWay.all {
            let swap = try LiteLLMSwap(way, litellm)
            table.add([way.title] + (try swap.run(rate: rate)))
        }
        table.show()
        say("reset kept: on a connection that was kept open and idle; clients send such a request again by themselves")
        return 0
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
}

/// One swap, with a host of its own. It ends with the last reference to it.
private final class LiteLLMSwap {
    private static let port = 24_000
    private static let patience: Duration = .seconds(180)
    /// Before the swap and after it.
    private static let steady: Duration = .seconds(3)
    private static let script = #filePath.replacing("/LiteLLMSwap.swift", with: "/load.py")

    private let folder: BenchFolder
    private let litellm: LiteLLM
    private let provider: BenchProcess
    private let hostd: SupervisorProcess

    init(_ way: SwapWay, _ litellm: LiteLLM) throws {
        self.litellm = litellm
        folder = try BenchFolder()
        let place = folder.path + "/provider"
        let output = try Descriptor(opening: place, O_WRONLY | O_CREAT)
        provider = try BenchProcess(litellm.python, [Self.script, "upstream"], output: output.raw)
        try Files.replace(folder.path + "/config.yaml", with: LiteLLM.configuration.utf8)
        let text = way.configuration(
            litellm, port: Self.port, provider: try Self.port(in: place), folder: folder.path)
        try Files.replace(folder.path + "/hostd.toml", with: text.utf8)
        hostd = try SupervisorProcess(
            BenchPrograms.built("hostd"), ["--dir", folder.path], output: folder.path + "/output")
    }

    deinit {
        hostd.stop(patience: Self.patience)
    }

    /// The cells of its row.
    func run(rate: Int) throws -> [String] {
        try untilReady()
        try takeOver("old")
        try untilReady()
        let place = folder.path + "/load"
        let output = try Descriptor(opening: place, O_WRONLY | O_CREAT)
        let load = try BenchProcess(
            litellm.python, [Self.script, "load", "\(Self.port)", "\(rate)"], output: output.raw)
        Pause.sleep(Self.steady)
        try takeOver("new")
        Pause.sleep(Self.steady)
        load.signal(SIGTERM)
        try load.finish()
        guard let figures = FieldText(parsing: try Files.readText(place)) else {
            throw failure("no figures: " + (try Files.readText(place)))
        }
        let seconds = { (key: String) in
            decimal(Double(figures.integer(key, as: Int64.self) ?? 0) / 1000, 1)
        }
        return ["sent", "answered", "refused", "reset", "reset_kept", "error", "cut"].map { figures[$0] ?? "-" }
            + [seconds("failing_ms"), seconds("longest_ms"), figures["of_old"] ?? "-", figures["of_new"] ?? "-"]
    }

    /// Makes `model` that of the policy, and waits until the proxy has it.
    private func takeOver(_ model: String) throws {
        let policy = LiteLLM.policy(model: model, at: folder.path + "/config.yaml")
        try Files.replace(folder.path + "/models.toml", with: policy.utf8)
        guard try hostctl(["model", "apply", "--timeout", "10m"]) == 0 else {
            throw failure("the proxy does not get the model \(model)")
        }
    }

    private func untilReady() throws {
        let end = Clock.now + Self.patience
        while try hostctl(["wait", "gateway", "--for", "ready", "--timeout", "3m"]) != 0 {
            guard Clock.now < end, !hostd.ends(within: .milliseconds(200)) else { throw failure("it is not ready") }
        }
    }

    private func hostctl(_ arguments: [String]) throws -> Int32 {
        let output = try Descriptor(opening: folder.path + "/hostctl", O_WRONLY | O_CREAT | O_APPEND)
        let call = try BenchProcess(
            BenchPrograms.built("hostctl"), arguments + ["--dir", folder.path], output: output.raw)
        return try call.finish().status
    }

    private func failure(_ what: String) -> BenchError {
        let words = ["output", "hostctl"].map { (try? Files.readText("\(folder.path)/\($0)")) ?? "" }
        return BenchError("\(what)\n\(words.joined().suffix(2000))")
    }

    private static func port(in place: String) throws -> Int32 {
        let end = Clock.now + patience
        while Clock.now < end {
            let text = try Files.readText(place)
            if text.last == "\n", let port = Int32(text.dropLast()) { return port }
            Pause.sleep(.milliseconds(20))
        }
        throw BenchError("the provider does not start: \((try? Files.readText(place)) ?? "")")
    }
}
