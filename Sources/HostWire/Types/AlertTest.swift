// SPDX-License-Identifier: Apache-2.0

/// What `POST /v1/alerts/test` answers: what came of a test message by each alert.
public struct AlertTest: Hashable, Sendable {
    /// What came of it by one alert.
    public struct Result: Hashable, Sendable {
        /// Its name, or its place among the alerts.
        public var name: String
        /// Where it goes, without secrets.
        public var place: String
        /// Whether the other side took it.
        public var ok: Bool
        /// Why not; empty when it did.
        public var reason: String
        /// How long it took.
        public var durationMilliseconds: Double

        /// What came of it.
        public init(name: String, place: String, ok: Bool, reason: String = "", durationMilliseconds: Double) {
            self.name = name
            self.place = place
            self.ok = ok
            self.reason = reason
            self.durationMilliseconds = durationMilliseconds
        }

        init(json: JSON, at place: String) throws(JSONError) {
            let fields = try Fields(json, at: place)
            name = try fields.text("name")
            self.place = try fields.text("place")
            ok = try fields.bool("ok")
            reason = try fields.optionalText("reason") ?? ""
            durationMilliseconds = try fields.optionalNumber("duration_ms") ?? 0
        }

        var json: JSON {
            [
                "name": .string(name), "place": .string(place), "ok": .bool(ok), "reason": .string(reason),
                "duration_ms": .number(durationMilliseconds),
            ]
        }
    }

    /// The alerts, in the order of the configuration.
    public var alerts: [Result]

    /// Whether all took it.
    public var ok: Bool { alerts.allSatisfy(\.ok) }

    /// An answer.
    public init(alerts: [Result]) {
        self.alerts = alerts
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        alerts = try Fields(json, at: "").list("alerts", Result.init)
    }

    /// The JSON form.
    public var json: JSON { ["ok": .bool(ok), "alerts": .array(alerts.map(\.json))] }
}
