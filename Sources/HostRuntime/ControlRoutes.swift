// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostWire

/// The control API: what can be asked for. docs/openapi.yaml describes each of these, and a test compares.
extension Supervisor {
    typealias Answering = (Supervisor) -> (ControlCall) -> Void

    /// The table of routes.
    func makeRoutes() -> RouteTable {
        func route(
            _ method: String, _ path: String, _ right: ControlRoute.Right, _ about: String,
            _ answer: @escaping Answering
        ) -> ControlRoute {
            ControlRoute(method, path, right, about) { [weak self] call in
                if let self { answer(self)(call) }
            }
        }
        let table = RouteTable([
            route("GET", "/v1/status", .look, "the host at a glance", Supervisor.answerStatus),
            route("GET", "/v1/services", .look, "all services", Supervisor.answerServices),
            route("POST", "/v1/services", .change, "start, stop, restart or reset several", Supervisor.answerSeveral),
            route("GET", "/v1/services/{name}", .look, "one service", Supervisor.answerService),
            route("GET", "/v1/services/{name}/logs", .look, "what a service wrote", Supervisor.answerLog),
            route("POST", "/v1/services/{name}/start", .change, "start a service", Supervisor.answerStart),
            route("POST", "/v1/services/{name}/stop", .change, "stop a service", Supervisor.answerStop),
            route("POST", "/v1/services/{name}/restart", .change, "restart a service", Supervisor.answerRestart),
            route("POST", "/v1/services/{name}/reset", .change, "forget its failures", Supervisor.answerReset),
            route("POST", "/v1/services/{name}/reload", .change, "its reload action", Supervisor.answerServiceReload),
            route("POST", "/v1/services/{name}/signal", .change, "send it a signal", Supervisor.answerSignal),
            route("GET", "/v1/jobs", .look, "all jobs, the newest first", Supervisor.answerJobs),
            route("POST", "/v1/jobs", .change, "submit a job", Supervisor.answerSubmit),
            route("POST", "/v1/jobs/prune", .change, "forget jobs that are over", Supervisor.answerJobPrune),
            route("GET", "/v1/jobs/{id}", .look, "one job", Supervisor.answerJob),
            route("GET", "/v1/jobs/{id}/logs", .look, "what a job wrote", Supervisor.answerJobLog),
            route("POST", "/v1/jobs/{id}/cancel", .change, "end a job for good", Supervisor.answerJobCancel),
            route("POST", "/v1/jobs/{id}/hold", .change, "stop a job until it is released", Supervisor.answerJobHold),
            route("POST", "/v1/jobs/{id}/release", .change, "let a held job go on", Supervisor.answerJobRelease),
            route("POST", "/v1/jobs/{id}/retry", .change, "try a job anew", Supervisor.answerJobRetry),
            route("GET", "/v1/events", .look, "the history, or what happens from now on", Supervisor.answerEvents),
            route("GET", "/v1/crashes", .look, "ends that nobody wanted", Supervisor.answerCrashes),
            route("GET", "/v1/crashes/{id}", .look, "all that was kept of one", Supervisor.answerCrash),
            route("GET", "/v1/conditions", .look, "what services depend on", Supervisor.answerConditions),
            route("GET", "/v1/disk", .look, "the file systems, and who takes the room", Supervisor.answerDisk),
            route("GET", "/v1/net", .look, "how the network does", Supervisor.answerNetwork),
            route("GET", "/v1/node", .look, "the Node pins, and what is wrong with them", Supervisor.answerNode),
            route("POST", "/v1/node", .change, "read node.lock again", Supervisor.answerNodeLook),
            route("GET", "/v1/models", .look, "the policy of the models", Supervisor.answerModels),
            route("GET", "/v1/models/plan", .look, "what models.toml would change", Supervisor.answerModelPlan),
            route("POST", "/v1/models/apply", .change, "take models.toml over now", Supervisor.answerModelApply),
            route("POST", "/v1/models/rollback", .change, "an earlier policy again", Supervisor.answerModelRollback),
            route("POST", "/v1/models/promote", .change, "make a candidate the model", Supervisor.answerModelPromote),
            route("POST", "/v1/models/abandon", .change, "end the trial of a candidate", Supervisor.answerModelAbandon),
            route("GET", "/v1/models/history", .look, "who changed the policy, and why", Supervisor.answerModelHistory),
            route(
                "GET", "/v1/models/generations/{generation}", .look, "one accepted policy",
                Supervisor.answerModelGeneration),
            route("GET", "/v1/models/report", .look, "what each model did and cost", Supervisor.answerModelReport),
            route("GET", "/v1/models/validate", .look, "how the golden jobs do", Supervisor.answerValidation),
            route("POST", "/v1/models/validate", .change, "run the golden jobs", Supervisor.answerValidate),
            route("GET", "/v1/plan", .look, "what a reload would change", Supervisor.answerPlan),
            route("POST", "/v1/reload", .change, "read the configuration again", Supervisor.answerReload),
            route("POST", "/v1/alerts/test", .change, "send a test by each alert", Supervisor.answerAlertTest),
            route("POST", "/v1/models/board", .change, "tell of a change of the ranking", Supervisor.answerBoard),
            route("POST", "/v1/reexec", .change, "let the installed binary take over", Supervisor.answerReexec),
            route("GET", "/metrics", .look, "numbers in the OpenMetrics format", Supervisor.answerMetrics),
        ])
        table.onRefusal = { [weak self] peer, what in self?.refusals.add(peer, "\(what): may look but not change") }
        return table
    }
}
