// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostFetch
internal import HostLinux
internal import HostLoop
internal import HostWire

/// The API of a LiteLLM proxy with a database: models are added, changed and removed there without a restart. hostd's
/// own have IDs that begin with `hostd:`; all others are left alone.
final class LiteLLMProxy {
    private static let timeout: Duration = .seconds(30)
    private static let answerLimitBytes = 4 << 20
    private static let excerptBytes = 160
    private static let mark = "hostd:"

    /// One request that is still to be made.
    private struct Step {
        let path: String
        let body: JSON
    }

    private let fetcher: Fetcher
    private let url: String
    private let key: String?

    init(fetcher: Fetcher, url: String, key: String?) {
        self.fetcher = fetcher
        self.url = String(url.reversed().drop { $0 == "/" }.reversed())
        self.key = key
    }

    /// The first line of the file, read off the loop; nil without one.
    static func withKey(
        _ path: String?, files: Worker, then: @escaping (Result<String?, TargetFailure>) -> Void
    ) {
        guard let path else { return then(.success(nil)) }
        files.submit(deadline: timeout) { () -> Result<String, TargetFailure> in
            Result { () throws(TargetFailure) in
                try TargetFailure.of { () throws(SystemError) in
                    String(try Files.readText(path, limit: 4096).prefix { !$0.isNewline })
                }
            }
        } then: { (outcome: WorkOutcome<Result<String, TargetFailure>>) in
            switch outcome {
            case .done(let result): then(result.map { $0 }.mapError { TargetFailure("key_file: \($0)") })
            case .late, .full: then(.failure(TargetFailure("key_file: the disk does not answer")))
            }
        }
    }

    /// Makes the proxy's models of hostd these; `then` gets nil when they are, else why not.
    func bring(_ wanted: [LiteLLMText.Entry], then: @escaping (String?) -> Void) {
        fetcher.get(
            url + "/model/info", headers: headers, timeout: Self.timeout, bodyLimit: Self.answerLimitBytes
        ) { [self] result in
            switch result {
            case .answer(200, let body, _):
                guard let list = (try? JSON(parsing: body))?["data"]?.elements else {
                    return then("GET /model/info: the answer is no list of models")
                }
                make(Self.steps(from: list, to: wanted)[...], then: then)
            default: then("GET /model/info: \(text(of: result))")
            }
        }
    }

    private var headers: [String: String] {
        var headers = ["Content-Type": "application/json"]
        if let key { headers["Authorization"] = "Bearer \(key)" }
        return headers
    }

    /// What is missing first, so that no name is without a model meanwhile.
    private static func steps(from list: [JSON], to wanted: [LiteLLMText.Entry]) -> [Step] {
        var known: [String: String] = [:]
        for item in list {
            guard let id = item["model_info"]?["id"]?.text, id.hasPrefix(mark) else { continue }
            known[id] = item["litellm_params"]?["model"]?.text ?? ""
        }
        let needed = Set(wanted.map { mark + $0.name })
        let steps = wanted.compactMap { entry -> Step? in
            let id = mark + entry.name
            guard known[id] != entry.model else { return nil }
            return Step(
                path: known[id] == nil ? "/model/new" : "/model/update",
                body: [
                    "model_name": .string(entry.name), "litellm_params": ["model": .string(entry.model)],
                    "model_info": ["id": .string(id)],
                ])
        }
        let gone = known.keys.filter { !needed.contains($0) }.sorted()
        return steps + gone.map { Step(path: "/model/delete", body: ["id": .string($0)]) }
    }

    private func make(_ steps: ArraySlice<Step>, then: @escaping (String?) -> Void) {
        guard let step = steps.first else { return then(nil) }
        fetcher.post(url + step.path, headers: headers, body: step.body.bytes, timeout: Self.timeout) { [self] result in
            guard case .answer(200...299, _, _) = result else {
                return then("POST \(step.path): \(text(of: result))")
            }
            make(steps.dropFirst(), then: then)
        }
    }

    /// An answer may repeat the key.
    private func text(of result: FetchResult) -> String {
        let text: String
        switch result {
        case .failure(let why, _): text = why
        case .answer(let status, let body, _):
            let said = String(decoding: body.prefix(Self.excerptBytes), as: UTF8.self)
            let line = said.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
            text = line.isEmpty ? "\(status)" : "\(status): \(line)"
        }
        let hidden = key.map { $0.isEmpty ? text : text.replacing($0, with: SecretMask.mark) } ?? text
        return SecretMask().masked(hidden)
    }
}
