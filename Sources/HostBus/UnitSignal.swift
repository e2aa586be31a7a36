// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
internal import HostCore

/// What comes over the connection unasked, as far as it is about units of hostd's.
enum UnitSignal {
    case connected
    case disconnected
    case news(UnitNews)

    private static let unitPath = "/org/freedesktop/systemd1/unit"

    /// Nil for all that is about something else.
    init?(_ message: OpaquePointer) {
        guard let member = sd_bus_message_get_member(message).map({ String(cString: $0) }) else { return nil }
        let reader = BusReader(lent: message)
        switch member {
        case "Connected": self = .connected
        case "Disconnected": self = .disconnected
        case "JobRemoved":
            guard reader.int32("u") != nil, reader.text("o") != nil, let unit = reader.text(), Self.isOurs(unit),
                let result = reader.text()
            else { return nil }
            self = .news(.jobOver(unit: unit, result: result))
        case "UnitRemoved":
            guard let unit = reader.text(), Self.isOurs(unit) else { return nil }
            self = .news(.gone(unit: unit))
        case "PropertiesChanged":
            guard let unit = Self.unit(at: message), Self.isOurs(unit),
                reader.text() == "org.freedesktop.systemd1.Service", let news = Self.ended(unit, reader)
            else { return nil }
            self = .news(news)
        default: return nil
        }
    }

    private static func isOurs(_ unit: String) -> Bool {
        unit.hasPrefix("hostd-svc-") || unit.hasPrefix("hostd-job-")
    }

    private static func unit(at message: OpaquePointer) -> String? {
        guard let path = sd_bus_message_get_path(message) else { return nil }
        var name: UnsafeMutablePointer<CChar>?
        defer { free(name) }
        guard sd_bus_path_decode(path, unitPath, &name) > 0 else { return nil }
        return name.map { String(cString: $0) }
    }

    private static func ended(_ unit: String, _ reader: BusReader) -> UnitNews? {
        var result = "success"
        var status: Int32 = 0
        guard reader.enter("a", "{sv}") else { return nil }
        while reader.enter("e", "sv") {
            switch reader.text() {
            case "Result":
                if reader.enter("v", "s") {
                    result = reader.text() ?? result
                    reader.exit()
                }
            case "ExecMainStatus":
                if reader.enter("v", "i") {
                    status = reader.int32("i") ?? status
                    reader.exit()
                }
            default: reader.skip("v")
            }
            reader.exit()
        }
        return result == "success" ? nil : .ended(unit: unit, result: result, status: status)
    }
}
