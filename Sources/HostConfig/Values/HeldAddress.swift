// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `listen` of a service.
enum ListenKey {
    static let name = "listen"
    static let type = ValueType<[HeldAddress]>.list(of: .heldAddress, "addresses", atMost: HeldAddress.limit)
}

extension ValueType<HeldAddress> {
    /// An address to listen at, as "127.0.0.1:4000"; the port may count up, as "127.0.0.1:4000+${instance}".
    static let heldAddress = ValueType(
        "address", hint: hint,
        read: { node, checking in
            guard case .text(let written) = node.value, let text = Interpolation.text(node, hint: hint, &checking)
            else {
                _ = node.string(hint: hint, &checking)
                return nil
            }
            return node.parsed(&checking) { () throws(ValueError) in try address(text, writtenAs: written) }
        }, show: { tomlString($0.text) })

    private static let hint = "an address, like \"127.0.0.1:4000\""

    private static func address(_ text: String, writtenAs written: String) throws(ValueError) -> HeldAddress {
        var text = text
        let (host, port) = try Endpoint.split(text)
        if let port, port.contains("+") {
            text = Endpoint(host: host, port: try PortText.sum(port, writtenAs: written)).text
        }
        let address = try ListenAddress.parse(text)
        guard address.host != "localhost" else {
            throw ValueError(message: "\"localhost\" is two addresses (write 127.0.0.1, [::1] or both)")
        }
        return HeldAddress(host: address.host, port: address.port)
    }
}
