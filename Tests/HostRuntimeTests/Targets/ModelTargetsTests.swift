// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostFetch
import HostLinux
import HostLoop
import HostWire
import Synchronization
import TestKit
import Testing

@testable import HostRuntime

/// Generations on their way to targets, from hostd's side.
struct ModelTargetsTests {
    private static func generation(_ number: Int64 = 1, model: String = "a/b") -> PolicyGeneration {
        var policy = ModelPolicy()
        policy.tiers = ["agent": .init(model: model)]
        return PolicyGeneration(
            number: number, proposal: PolicyProposal(policy: policy, digest: "", origin: .file, by: "x"),
            fileDigest: nil)
    }

    private static func targets(_ loop: TestLoop, _ folder: TemporaryFolder) throws -> ModelTargets {
        let files = loop.keep(try Worker(loop: loop.events, lane: "files", limit: 16))
        let fetcher = loop.keep(Fetcher(loop: loop.events, lookups: Resolver(loop: loop.events)))
        return loop.keep(
            ModelTargets(
                loop: loop.events, files: files, fetcher: fetcher, keeper: Programs.path("hostd-keeper"),
                modelsFile: folder.path + "/models.json", helper: Programs.path("hostd")))
    }

    /// Applies one to its end.
    private static func apply(
        _ action: ModelTarget.Action, _ generation: PolicyGeneration, _ targets: ModelTargets, _ loop: TestLoop
    ) throws -> String? {
        var answers: [String?] = []
        targets.apply(ModelTarget(name: "x", action: action, prefix: "o/"), generation) { why in
            answers.append(why)
            loop.events.later { loop.stop() }
        }
        #expect(answers.isEmpty, "nothing is told within apply")
        try loop.run(until: "the target")
        try #require(answers.count == 1)
        return answers[0]
    }

    @Test func onlyOneWorksOnATargetAtATime() throws {
        let loop = try TestLoop()
        let folder = try TemporaryFolder()
        let targets = try Self.targets(loop, folder)
        let lock = try Descriptor(opening: folder.path + "/models.json.x.lock", O_RDWR | O_CREAT)
        #expect(try lock.tryLock())
        let action = ModelTarget.Action.exec(["/bin/sh", "-c", "touch \(folder.path)/$HOSTD_GENERATION"])
        #expect(try Self.apply(action, Self.generation(), targets, loop) == "an earlier try is still at work on it")
        lock.unlock()
        #expect(try Self.apply(action, Self.generation(), targets, loop) == nil)
        #expect(Files.exists(folder.path + "/1"))
    }

    @Test func aProxyIsTakenOverOnlyWhereItsFileIsAnother() throws {
        let loop = try TestLoop()
        let folder = try TemporaryFolder()
        let targets = try Self.targets(loop, folder)
        var told: [String] = []
        targets.takeOver = { name, then in
            told.append(name.text)
            loop.events.later { then(told.count == 2 ? "it does not get ready" : nil) }
        }
        var proxy = ModelTarget.LiteLLM()
        proxy.config = folder.path + "/models.yaml"
        proxy.service = "litellm"
        let action = ModelTarget.Action.litellm(proxy)
        #expect(try Self.apply(action, Self.generation(1), targets, loop) == nil)
        #expect(try Self.apply(action, Self.generation(2), targets, loop) == nil)
        #expect(told == ["litellm"], "the second generation changes nothing there")
        let third = Self.generation(3, model: "c/d")
        #expect(try Self.apply(action, third, targets, loop) == "litellm: it does not get ready")
        #expect(try Self.apply(action, third, targets, loop) == nil)
        #expect(told.count == 3, "what was not taken over is tried again")
    }

    /// The API of a proxy with a database, which tells its models and takes down what is asked of it.
    private nonisolated final class Proxy: Sendable {
        let requests = Mutex<[String]>([])
        let models: String

        init(models: String) { self.models = models }

        func answer(_ connection: borrowing TinyConnection) {
            let head = connection.readHead()
            let lines = head.split(separator: "\r\n").map(String.init)
            let length = lines.first { $0.lowercased().hasPrefix("content-length: ") }
            let body = connection.read(length.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0)
            let hasKey = lines.contains("Authorization: Bearer sk-secret-1")
            requests.withLock { $0.append("\(lines.first?.split(separator: " ")[1] ?? "") \(body)") }
            let text = hasKey ? models : "no key like sk-secret-2"
            let status = hasKey ? "200 OK" : "401 Unauthorized"
            connection.send(
                "HTTP/1.1 \(status)\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)")
        }
    }

    @Test func aProxyWithADatabaseIsAskedForWhatIsDifferent() throws {
        let models = """
            {"data": [
              {"model_name": "agent", "litellm_params": {"model": "o/old"}, "model_info": {"id": "hostd:agent"}},
              {"model_name": "old", "litellm_params": {"model": "o/old"}, "model_info": {"id": "hostd:old"}},
              {"model_name": "own", "litellm_params": {"model": "x"}, "model_info": {"id": "123"}}]}
            """
        let proxy = Proxy(models: models)
        let server = try TinyServer { proxy.answer($0) }
        let loop = try TestLoop()
        let folder = try TemporaryFolder()
        let targets = try Self.targets(loop, folder)
        var way = ModelTarget.LiteLLM()
        way.url = "http://127.0.0.1:\(server.port)/"
        way.keyFile = folder.path + "/key"
        try Files.replace(folder.path + "/key", with: "sk-secret-1\n".utf8)
        #expect(try Self.apply(.litellm(way), Self.generation(), targets, loop) == nil)
        let expected = [
            "/model/info ",
            "/model/update {\"model_name\":\"agent\",\"litellm_params\":{\"model\":\"o/a/b\"},"
                + "\"model_info\":{\"id\":\"hostd:agent\"}}",
            "/model/new {\"model_name\":\"a/b\",\"litellm_params\":{\"model\":\"o/a/b\"},"
                + "\"model_info\":{\"id\":\"hostd:a/b\"}}",
            "/model/delete {\"id\":\"hostd:old\"}",
        ]
        #expect(proxy.requests.withLock { $0 } == expected)
        try Files.replace(folder.path + "/key", with: "sk-secret-2\n".utf8)
        let why = try Self.apply(.litellm(way), Self.generation(), targets, loop)
        #expect(why == "GET /model/info: 401: no key like ***", "the key stands in no error")
    }
}
