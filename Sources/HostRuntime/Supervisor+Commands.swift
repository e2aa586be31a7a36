// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLaunch
internal import HostLoop
internal import HostWire

/// Commands that the configuration names beside a service's own: hooks, a stop by command, a reload action.
extension Supervisor {
    private static let reloadTimeout: Duration = .seconds(60)

    /// The service with a hook's command in the place of its own, and what a hook may want to know.
    func specification(of hook: Hook, in service: ServiceMachine) -> ServiceSpecification? {
        var specification = service.specification
        guard let command = specification.command(of: hook) else { return nil }
        specification.launch.command = command
        specification.launch.environment["HOSTD_HOOK"] = "\(hook)"
        guard case .hooking(let run) = service.state, let ended = run.ended else { return specification }
        specification.launch.environment["HOSTD_MAIN_PID"] = ended.pid.map { "\($0)" } ?? ""
        var code = ""
        var signal = ""
        switch ended.report.status {
        case .code(let number): code = "\(number)"
        case .signal(let number): signal = SignalName.text(number)
        case .failedToStart, .unknown: break
        }
        specification.launch.environment["HOSTD_EXIT_CODE"] = code
        specification.launch.environment["HOSTD_EXIT_SIGNAL"] = signal
        return specification
    }

    /// `stop.exec`: the service is asked to end by a command.
    func runStop(_ instance: InstanceID) {
        guard let service = machine.services[instance.service], let command = service.specification.stop.command else {
            return
        }
        let timeout = max(service.specification.stop.grace, .seconds(1))
        run(command, beside: service, [:], timeout) { [weak self] why in
            if let why { self?.feed(instance.service, .stopFailed(instance, why)) }
        }
        feed(instance.service, .signalled(instance))
    }

    /// `POST /v1/services/NAME/reload`: the reload action of a service.
    func answerServiceReload(_ call: ControlCall) {
        withService(call) { name in
            guard let service = machine.services[name] else { return }
            let began = loop.now
            let finish = { [weak self] (ok: Bool, reason: String) in
                guard let self, let service = self.machine.services[name] else { return }
                let outcome = self.outcome("reload", of: service, ok: ok, reason: reason, began: began)
                call.finish(outcome.json)
            }
            guard let action = service.specification.reload else {
                return finish(false, "it has no reload action (reload = { signal = \"SIGHUP\" } is one)")
            }
            guard case .up(let life) = service.state else {
                return finish(false, "it is \(service.phase.rawValue): there is nothing that could reload")
            }
            carryOut(action, called: "reload", life, of: service) { [weak self] well, what in
                self?.history.add("service.reloaded", life.instance, what)
                finish(well, what)
            }
        }
    }

    /// Tells a service that runs something, in the way of `reload`; `then` gets whether that went well, and what was
    /// done. `key` is where the configuration says so.
    func carryOut(
        _ action: ReloadSpecification, called key: String, _ life: ServiceState.Life, of service: ServiceMachine,
        _ environment: [String: String] = [:], then: @escaping (Bool, String) -> Void
    ) {
        let done = { (why: String?, what: String) in then(why == nil, why.map { "\(what): \($0)" } ?? what) }
        switch action {
        case .signal(let number):
            launcher.signal(life.instance, number, to: .main)
            done(nil, "\(SignalName.text(number)) to pid \(life.process.pid)")
        case .exec(let command):
            run(command, beside: service, environment, Self.reloadTimeout) { done($0, "\(key).exec") }
        case .http(let url):
            prober.post(url, timeout: Self.reloadTimeout) { done($0, "POST") }
        }
    }

    /// Runs a command as the service's user, in its environment; nil when it exits 0, else what went wrong.
    private func run(
        _ command: [String], beside service: ServiceMachine, _ environment: [String: String],
        _ timeout: Duration, then: @escaping (String?) -> Void
    ) {
        guard let instance = service.state.instance else { return then("nothing runs") }
        var launch = filled(service.specification.launch, beside: instance)
        launch.environment.merge(environment) { _, new in new }
        launch.environment["HOSTD_MAIN_PID"] = service.state.process.map { "\($0.pid)" } ?? ""
        run(
            command, beside: instance, launch, identities[instance.service], node: nodePin(of: instance.service),
            timeout
        ) { then($0.ok ? nil : $0.seen) }
    }

    /// Runs a command in the environment and with the rights that `launch` has, under a keeper of its own.
    func run(
        _ command: [String], beside instance: InstanceID, _ launch: LaunchSpecification, _ identity: ChildIdentity?,
        node: NodePinned?, _ timeout: Duration, then: @escaping (ProbeAnswer) -> Void
    ) {
        let probe = ProbeSpecification(target: .exec(command), interval: timeout, timeout: timeout)
        let context = ProbeContext(
            instance: instance, launch: launch, identity: identity,
            log: LogContext(instance: instance, kind: .live, folders: [], since: 0), node: node)
        prober.ask(probe, context, then: then)
    }
}
