// SPDX-License-Identifier: Apache-2.0

public import HostLinux

/// Who asks.
public nonisolated enum ControlPeer: Hashable, Sendable, CustomStringConvertible {
    /// A process of this host, through the control socket: the kernel's word.
    case process(PeerCredentials)
    /// Somebody over TCP, from this address.
    case network(String)

    /// "uid 1000, pid 811"; "127.0.0.1".
    public var description: String {
        switch self {
        case .process(let credentials): "uid \(credentials.uid), pid \(credentials.pid)"
        case .network(let address): address
        }
    }

    /// Whom quotas are counted for: "uid 1000", "127.0.0.1".
    public var account: String {
        switch self {
        case .process(let credentials): "uid \(credentials.uid)"
        case .network(let address): address
        }
    }
}
