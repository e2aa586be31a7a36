// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/services` answers.
public struct ServiceList: Hashable, Sendable {
    /// All services, sorted by name.
    public var services: [ServiceStatus]

    /// These services.
    public init(services: [ServiceStatus]) {
        self.services = services
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        services = try Fields(json, at: "").list("services", ServiceStatus.init)
    }

    /// The JSON form.
    public var json: JSON { ["services": .array(services.map(\.json))] }
}
