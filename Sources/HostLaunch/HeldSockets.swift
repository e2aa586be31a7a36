// SPDX-License-Identifier: Apache-2.0

public import HostCore
public import HostLinux

/// The sockets at which hostd listens for services. It never accepts: connections wait in the kernel while a service is
/// restarted, and all instances of a service take from the same socket.
public final class HeldSockets {
    private final class Held {
        let socket: Descriptor

        init(_ socket: consuming Descriptor) {
            self.socket = socket
        }
    }

    /// Why an address cannot be had.
    public nonisolated struct Refusal: Error {
        /// The address.
        public let address: HeldAddress
        /// What the kernel said.
        public let error: SystemError
    }

    private var held: [SocketAddress: Held] = [:]
    private var wanted: [ServiceName: [SocketAddress]] = [:]

    /// None are held yet.
    public init() {}

    /// Whether none are held.
    public var isEmpty: Bool { held.isEmpty }

    /// Listens at `addresses` for a service, and at no others; the numbers of the sockets, in that order.
    public func hold(_ addresses: [HeldAddress], for service: ServiceName) throws(Refusal) -> [Int32] {
        var numbers: [Int32] = []
        var places: [SocketAddress] = []
        for address in addresses {
            guard let place = Self.place(of: address) else { continue }
            do throws(SystemError) {
                var entry = held[place]
                if entry == nil { entry = Held(try ListeningSockets.open(place)) }
                guard let entry else { continue }
                try ListeningSockets.listen(entry.socket, place)
                held[place] = entry
                numbers.append(entry.socket.raw)
                places.append(place)
            } catch {
                // The others stay until the service is tried again or rests.
                let known = wanted[service] ?? []
                wanted[service] = known + places.filter { !known.contains($0) }
                throw Refusal(address: address, error: error)
            }
        }
        wanted[service] = places
        closeUnwanted()
        return numbers
    }

    /// The service rests: its sockets are closed, unless another instance has them too.
    public func release(_ service: ServiceName) {
        guard wanted.removeValue(forKey: service) != nil else { return }
        closeUnwanted()
    }

    /// Gets back what an earlier hostd held for a running service, from its keeper. Throws when the kernel does not let
    /// us.
    public func recover(
        _ addresses: [HeldAddress], for service: ServiceName, from keeper: Int32?
    ) throws(SystemError) {
        let places = addresses.compactMap(Self.place)
        wanted[service] = places
        let missing = Set(places.filter { held[$0] == nil })
        guard !missing.isEmpty, let keeper, let identity = Processes.identity(of: keeper),
            let pidfd = Processes.open(identity)
        else {
            return
        }
        for (address, raw) in try ListeningSockets.copies(of: keeper, pidfd, at: missing) {
            held[address] = Held(Descriptor(owning: raw))
        }
    }

    /// Takes over what the hostd before this one in the same process left open.
    public func inherit(_ numbers: [Int32]) {
        for number in numbers {
            guard let socket = Takeover.inherit(number), let address = ListeningSockets.address(of: socket.raw) else {
                continue
            }
            held[address] = Held(socket)
        }
    }

    /// Closes what no service wants that does not rest.
    public func closeUnwanted() {
        let places = Set(wanted.values.joined())
        held = held.filter { places.contains($0.key) }
    }

    /// The numbers of all, for the next hostd in the same process.
    public var numbers: [Int32] { held.values.map { $0.socket.raw }.sorted() }

    /// What tells a program which of its descriptors listen (sd_listen_fds(3)), each named after its port; the keeper
    /// puts the pid in.
    nonisolated static func variables(_ addresses: [HeldAddress]) -> [String] {
        let names = addresses.map { "\($0.port)" }.joined(separator: ":")
        return ["LISTEN_FDS=\(addresses.count)", "LISTEN_FDNAMES=\(names)", "LISTEN_PID="]
    }

    private static func place(of address: HeldAddress) -> SocketAddress? {
        SocketAddress.literals(host: address.host, port: address.port)?.first
    }
}
