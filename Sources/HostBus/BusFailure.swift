// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
internal import HostCore

/// Why the manager did not do as it was asked.
enum BusFailure: Error, Hashable {
    /// The connection went before the answer came, or the answer did not come in time.
    case lost
    /// The question could not be asked.
    case local(String)
    /// The manager says no.
    case remote(name: String, message: String)

    private static let lostNames = [
        "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Disconnected",
        "org.freedesktop.DBus.Error.Timeout", "System.Error.ECONNRESET", "System.Error.ENOTCONN",
        "System.Error.ETIMEDOUT",
    ]

    /// The failure that a reply is; nil for one that is none.
    static func of(_ message: OpaquePointer) -> BusFailure? {
        guard let error = sd_bus_message_get_error(message), let name = error.pointee.name else { return nil }
        let text = String(cString: name)
        if lostNames.contains(text) { return .lost }
        return .remote(name: text, message: error.pointee.message.map { String(cString: $0) } ?? "")
    }

    var isNoSuchUnit: Bool {
        if case .remote("org.freedesktop.systemd1.NoSuchUnit", _) = self { true } else { false }
    }

    var text: String {
        switch self {
        case .lost: "the service manager went away before it answered"
        case .local(let why): why
        case .remote(let name, let message): Self.words(name, message)
        }
    }

    var refusal: UnitRefusal {
        switch self {
        case .lost: .linkLost
        case .remote("org.freedesktop.systemd1.UnitExists", _): .nameTaken
        case .local, .remote: .denied(text)
        }
    }

    private static func words(_ name: String, _ message: String) -> String {
        switch name {
        case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired":
            "the service manager does not let uid \(getuid()) start units: \(message) (a polkit rule may allow "
                + "org.freedesktop.systemd1.manage-units, see docs/units.md; or host.launcher = \"direct\")"
        case "org.freedesktop.systemd1.TransactionIsDestructive":
            "the service manager starts nothing while the host goes down"
        case "org.freedesktop.DBus.Error.PropertyReadOnly", "org.freedesktop.DBus.Error.InvalidArgs",
            "org.freedesktop.DBus.Error.UnknownProperty":
            "the service manager does not take a property of its unit: \(message)"
        default: "the service manager refuses: \(message) (\(name))"
        }
    }
}
