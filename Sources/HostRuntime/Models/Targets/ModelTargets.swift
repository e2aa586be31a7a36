// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostFetch
internal import HostLoop

/// Brings generations to the targets of `[[apply]]`. What the users of services can change is touched by helpers alone;
/// applying twice does no harm, and nothing works on a target while something earlier does.
final class ModelTargets {
    /// Takes a service that is a LiteLLM proxy over to its new configuration.
    var takeOver: ((ServiceName, @escaping (String?) -> Void) -> Void)?
    /// The pinned Node, which programs of targets find first.
    var node: () -> String? = { nil }

    private let loop: EventLoop
    private let files: Worker
    private let fetcher: Fetcher
    private let keeper: String
    private let modelsFile: String
    private let helper: String
    private var runs: [String: HelperRun] = [:]
    /// What a service has taken over, by its target: a generation that changes nothing there disturbs nobody.
    private var takenOver: [String: String] = [:]

    /// `modelsFile` is what `HOSTD_MODELS_FILE` names; the locks of the targets stand beside it. `helper` is hostd.
    init(
        loop: EventLoop, files: Worker, fetcher: Fetcher, keeper: String, modelsFile: String,
        helper: String = "/proc/self/exe"
    ) {
        self.loop = loop
        self.files = files
        self.fetcher = fetcher
        self.keeper = keeper
        self.modelsFile = modelsFile
        self.helper = helper
    }

    /// Brings `generation` to `target`; `then` gets nil when it is there, else why not, once and never before this
    /// returns.
    func apply(_ target: ModelTarget, _ generation: PolicyGeneration, then: @escaping (String?) -> Void) {
        guard case .litellm(let proxy) = target.action else { return write(target, generation) { then($0.error) } }
        guard proxy.config != nil else { return ask(proxy, target, generation, then: then) }
        write(target, generation) { [weak self] result in
            guard let self, result.error == nil else { return then(result.error) }
            self.handOver(proxy, target, result) { why in
                guard why == nil else { return then(why) }
                self.ask(proxy, target, generation, then: then)
            }
        }
    }

    private func write(
        _ target: ModelTarget, _ generation: PolicyGeneration, then: @escaping (TargetResult) -> Void
    ) {
        let order = TargetOrder(
            target: target, models: TargetModels(generation), modelsFile: modelsFile, keeper: keeper, node: node())
        runs[target.name] = TargetRun.start(
            loop: loop, helper, order, lockPath: "\(modelsFile).\(target.name).lock",
            timeout: Self.timeout(of: target)
        ) { [weak self] result in
            // The next one only when this is through with its sources.
            self?.loop.later {
                self?.runs[target.name] = nil
                then(result)
            }
        }
    }

    /// Until then all commands of a target have had their time.
    private static func timeout(of target: ModelTarget) -> Duration {
        let commands =
            switch target.action {
            case .openclaw: 4
            case .exec: 1
            case .litellm, .template: 0
            }
        return (TargetCommands.timeout + TargetCommands.patience) * commands + .seconds(20)
    }

    private func handOver(
        _ proxy: ModelTarget.LiteLLM, _ target: ModelTarget, _ result: TargetResult,
        then: @escaping (String?) -> Void
    ) {
        guard let text = proxy.service, takenOver[target.name] != result.digest else { return then(nil) }
        guard let name = ServiceName(text) else { return then("litellm.service: \"\(text)\" is no name of a service") }
        let done = { [weak self] (why: String?) in
            if why == nil { self?.takenOver[target.name] = result.digest }
            then(why.map { "\(name): \($0)" })
        }
        guard let takeOver else { return then("\(name): it was not told of its new file") }
        takeOver(name, done)
    }

    private func ask(
        _ proxy: ModelTarget.LiteLLM, _ target: ModelTarget, _ generation: PolicyGeneration,
        then: @escaping (String?) -> Void
    ) {
        guard let url = proxy.url else { return then(nil) }
        let wanted = LiteLLMText(TargetModels(generation), prefix: target.prefix ?? "").entries
        LiteLLMProxy.withKey(proxy.keyFile, files: files) { [fetcher] key in
            switch key {
            case .failure(let error): then(error.description)
            case .success(let key): LiteLLMProxy(fetcher: fetcher, url: url, key: key).bring(wanted, then: then)
            }
        }
    }
}
