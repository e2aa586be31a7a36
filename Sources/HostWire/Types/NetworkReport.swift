// SPDX-License-Identifier: Apache-2.0

/// How the network does: `GET /v1/net`.
public struct NetworkReport: Hashable, Sendable {
    /// A minute of the last hours.
    public struct Point: Hashable, Sendable {
        /// When it began.
        public var at: WallTime
        /// The median of its answers, in milliseconds; nil where there was none.
        public var rtt: Double?
        /// 0, or 1 where most questions were lost.
        public var loss: Double
    }

    /// One target of the probes.
    public struct Target: Hashable, Sendable {
        /// What people call it.
        public var name: String
        /// What is asked: `tcp 192.0.2.1:443`.
        public var asks: String
        /// `ok`, `warn` or `critical`.
        public var level: String
        /// Why, in words; empty when ok.
        public var reason: String
        /// Whether it comes and goes.
        public var flapping: Bool
        /// The figures by their names in the JSON, in milliseconds; nil without an answer.
        public var figures: [String: Double]
        /// The share of lost questions: 0 to 1.
        public var loss: Double
        /// What the last question came to, in words; nil before the first.
        public var seen: String?
        /// The last hours.
        public var series: [Point]
    }

    /// The connections of a service that go beyond the host.
    public struct Sockets: Hashable, Sendable {
        /// The service.
        public var service: String
        /// So many.
        public var connections: Int
        /// The median of their round trips, in milliseconds; nil without any.
        public var rtt: Double?
        /// The longest of them.
        public var longest: Double?
        /// The share of segments that were sent again.
        public var retransmitted: Double?
        /// The longest time that nothing came on one of them, in seconds.
        public var silentSeconds: Double?
    }

    /// `ok`, `warn` or `critical`.
    public var level: String
    /// What a trouble comes of; nil while there is none.
    public var cause: String?
    /// Why, in words; empty when ok.
    public var reason: String
    /// From so many milliseconds on, delay variation is a trouble.
    public var pdvLimit: Double
    /// In the order of the configuration.
    public var targets: [Target]
    /// By service.
    public var sockets: [Sockets]

    /// Reads what hostd says.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        level = try fields.text("level")
        cause = try fields.optionalText("cause")
        reason = try fields.text("reason")
        pdvLimit =
            try fields.optional("limits") { json, place throws(JSONError) in
                try Fields(json, at: place).optionalNumber("pdv_ms")
            }.flatMap(\.self) ?? 0
        sockets = try fields.list("sockets") { json, place throws(JSONError) in
            let fields = try Fields(json, at: place)
            return Sockets(
                service: try fields.text("service"), connections: try fields.integer("connections"),
                rtt: try fields.optionalNumber("rtt_ms"), longest: try fields.optionalNumber("rtt_max_ms"),
                retransmitted: try fields.optionalNumber("retransmitted"),
                silentSeconds: try fields.optionalNumber("silent_s"))
        }
        targets = try fields.list("targets") { json, place throws(JSONError) in try Target(json: json, at: place) }
    }
}

extension NetworkReport.Target {
    private static let figureNames = ["rtt_ms", "rtt_min_ms", "rtt_p99_ms", "jitter_ms", "pdv_p50_ms", "pdv_p95_ms"]

    fileprivate init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        name = try fields.text("name")
        asks = try fields.text("asks")
        level = try fields.text("level")
        reason = try fields.text("reason")
        flapping = try fields.bool("flapping")
        loss = try fields.optionalNumber("loss") ?? 0
        figures = [:]
        for name in Self.figureNames { figures[name] = try fields.optionalNumber(name) }
        seen = try fields.optional("last") { json, place throws(JSONError) in
            try Fields(json, at: place).text("seen")
        }
        series = try fields.list("series") { json, place throws(JSONError) in
            let fields = try Fields(json, at: place)
            return NetworkReport.Point(
                at: try fields.time("at"), rtt: try fields.optionalNumber("rtt_ms"),
                loss: try fields.optionalNumber("loss") ?? 0)
        }
    }
}
