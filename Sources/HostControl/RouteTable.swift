// SPDX-License-Identifier: Apache-2.0

internal import HostLinux
public import HostWire

/// A request on its way to the one who answers it.
public struct ControlCall {
    /// The request.
    public let request: ControlRequest
    /// Who gets the answer.
    public let responder: ControlResponder
    /// The parts of the path that the route leaves open, by name.
    public let parameters: [String: String]

    /// Answers 200.
    public func finish(_ json: JSON) {
        responder.finish(status: 200, json: json)
    }

    /// Answers with an error.
    public func refuse(_ status: Int, _ error: String, hint: String? = nil) {
        responder.finish(status: status, json: ErrorAnswer(error, hint: hint).json)
    }
}

/// One thing that can be asked for.
public struct ControlRoute {
    /// What a peer must be allowed to do.
    public enum Right: String, Sendable {
        case look, change
    }

    let method: String
    let path: String
    let right: Right
    let about: String
    let answer: (ControlCall) -> Void
    let parts: [Substring]

    /// `path` is one like `/v1/services/{name}/start`; GET includes HEAD. `about` says it in a few words.
    public init(
        _ method: String, _ path: String, _ right: Right, _ about: String, _ answer: @escaping (ControlCall) -> Void
    ) {
        self.method = method
        self.path = path
        self.right = right
        self.about = about
        self.answer = answer
        parts = path.split(separator: "/")
    }

    /// The open parts by name; nil when the path is another one.
    func match(_ path: [String]) -> [String: String]? {
        guard path.count == parts.count else { return nil }
        var parameters: [String: String] = [:]
        for (part, text) in zip(parts, path) {
            if part.hasPrefix("{") {
                parameters[String(part.dropFirst().dropLast())] = text
            } else if part != text[...] {
                return nil
            }
        }
        return parameters
    }
}

/// All that can be asked for. Unknown paths, methods and rights are answered here, and `GET /v1` with the table itself.
public final class RouteTable {
    /// Told of each request for a change by somebody who may only look.
    public var onRefusal: ((ControlPeer, String) -> Void)?
    private let routes: [ControlRoute]

    /// A table of these routes.
    public init(_ routes: [ControlRoute]) {
        self.routes = routes
    }

    /// Answers one request, at once or when its route does.
    public func answer(_ request: ControlRequest, _ responder: ControlResponder) {
        if request.path == ["v1"] { return answerIndex(request, responder) }
        var methods: [String] = []
        for route in routes {
            guard let parameters = route.match(request.path) else { continue }
            methods += route.method == "GET" ? ["GET", "HEAD"] : [route.method]
            if route.method == request.method || (route.method == "GET" && request.method == "HEAD") {
                return pass(route, ControlCall(request: request, responder: responder, parameters: parameters))
            }
        }
        if methods.isEmpty { return Self.unknown(request, responder) }
        answer(request, responder, methods: methods)
    }

    private func pass(_ route: ControlRoute, _ call: ControlCall) {
        guard route.right == .look || call.request.mayChange else {
            let path = "/\(call.request.path.joined(separator: "/"))"
            onRefusal?(call.request.peer, "\(route.method) \(path)")
            switch call.request.peer {
            case .process(let credentials):
                let error = "uid \(credentials.uid) may look but not change"
                return call.refuse(403, error, hint: "members of admin_group may")
            case .network:
                return call.refuse(403, "over TCP one may look but not change", hint: "ask through the control socket")
            }
        }
        route.answer(call)
    }

    /// OPTIONS, and methods that are not possible.
    private func answer(_ request: ControlRequest, _ responder: ControlResponder, methods: [String]) {
        let allowed = (methods + ["OPTIONS"]).joined(separator: ", ")
        let allow = [(name: "Allow", value: allowed)]
        if request.method == "OPTIONS" {
            return responder.finish(status: 204, text: "", headers: allow)
        }
        let error = ErrorAnswer("\(request.method) is not possible here", hint: allowed)
        responder.finish(status: 405, json: error.json, headers: allow)
    }

    private func answerIndex(_ request: ControlRequest, _ responder: ControlResponder) {
        guard request.method == "GET" || request.method == "HEAD" else {
            return answer(request, responder, methods: ["GET", "HEAD"])
        }
        let list = routes.map { route -> JSON in
            [
                "method": .string(route.method), "path": .string(route.path), "right": .string(route.right.rawValue),
                "about": .string(route.about),
            ]
        }
        responder.finish(status: 200, json: ["routes": .array(list)])
    }

    private static func unknown(_ request: ControlRequest, _ responder: ControlResponder) {
        let path = "/" + request.path.joined(separator: "/")
        let error = ErrorAnswer("there is nothing at \(path)", hint: "GET /v1 lists what there is")
        responder.finish(status: 404, json: error.json)
    }
}
