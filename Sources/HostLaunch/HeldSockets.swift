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

    /// Told of each socket that is held from now on: its number, and a name of its own.
    public var onHold: ((Int32, String) -> Void)?
    /// Told before the socket of this name is closed.
    public var onRelease: ((String) -> Void)?

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
                let known = held[place]
                var entry = known
                if entry == nil { entry = Held(try ListeningSockets.open(place)) }
                guard let entry else { continue }
                try ListeningSockets.listen(entry.socket, place)
                if known == nil { keep(entry, at: place) }
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
            keep(Held(Descriptor(owning: raw)), at: address)
        }
    }

    /// Takes over what the hostd before this one left open, in the same process or with the service manager. False,
    /// and it is closed, when it does not listen.
    @discardableResult
    public func inherit(_ number: Int32) -> Bool {
        guard let socket = Takeover.inherit(number), let address = ListeningSockets.address(of: socket.raw) else {
            return false
        }
        keep(Held(socket), at: address)
        return true
    }

    /// Closes what no service wants that does not rest.
    public func closeUnwanted() {
        let places = Set(wanted.values.joined())
        for place in held.keys where !places.contains(place) {
            onRelease?(Self.name(of: place))
            held[place] = nil
        }
    }

    private func keep(_ entry: Held, at place: SocketAddress) {
        held[place] = entry
        onHold?(entry.socket.raw, Self.name(of: place))
    }

    /// What the names of all of them begin with.
    public nonisolated static let namePrefix = "held."

    /// A colon would end the name in LISTEN_FDNAMES.
    private nonisolated static func name(of place: SocketAddress) -> String {
        namePrefix + String(place.text.map { $0 == ":" ? "-" : $0 })
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
