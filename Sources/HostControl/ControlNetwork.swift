// SPDX-License-Identifier: Apache-2.0

public import HostLinux
internal import HostWire

/// The control API over TCP: for those who have the token, and for looking only.
public nonisolated struct ControlNetwork: Sendable {
    /// Where to listen.
    public var address: SocketAddress
    /// The port, for the check of the Host field.
    public var port: UInt16
    /// What `Authorization: Bearer` has to say.
    public var token: [UInt8]
    /// Names by which clients may call this host, besides addresses and `localhost`.
    public var names: [String]

    /// An API at `address`, whose port is `port`.
    public init(address: SocketAddress, port: UInt16, token: [UInt8], names: [String] = []) {
        self.address = address
        self.port = port
        self.token = token
        self.names = names.map { $0.lowercased() }
    }

    /// Refuses a browser that was led here by another site (DNS rebinding shows in Host, the rest in Origin), and
    /// whoever has no token.
    func check(_ head: RequestHead) throws(Refusal) {
        guard isOurs(head.fields["host"] ?? "") else {
            throw Refusal(421, "the Host field names another host", hint: "an address, localhost, or this host's name")
        }
        guard head.fields["origin"] == nil else {
            throw Refusal(403, "requests of web pages are not answered", hint: "no Origin field")
        }
        let challenge = [(name: "WWW-Authenticate", value: "Bearer realm=\"hostd\"")]
        guard let words = head.fields["authorization"]?.split(separator: " ", maxSplits: 1), words.count == 2,
            words[0].lowercased() == "bearer"
        else {
            throw Refusal(
                401, "TCP needs the token", hint: "Authorization: Bearer TOKEN, from control.token_file",
                headers: challenge)
        }
        guard Self.areEqual(Array(words[1].utf8), token) else {
            throw Refusal(401, "the token is wrong", hint: "the one in control.token_file", headers: challenge)
        }
    }

    /// Whether a Host field means this host: whoever was led here by a name of his own has that name in it.
    private func isOurs(_ host: String) -> Bool {
        var name = host.lowercased()[...]
        if name.hasSuffix(":\(port)") { name = name.dropLast("\(port)".utf8.count + 1) }
        if name == "localhost" || names.contains(String(name)) { return true }
        guard !name.hasPrefix("[") || name.hasSuffix("]") else { return false }
        return SocketAddress.literals(host: String(name), port: port) != nil
    }

    /// In a time that depends on the lengths alone.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard !right.isEmpty else { return false }
        var difference = left.count ^ right.count
        for (index, byte) in left.enumerated() { difference |= Int(byte ^ right[index % right.count]) }
        return difference == 0
    }
}
