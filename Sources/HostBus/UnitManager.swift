// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
public import HostCore
internal import HostLinux
public import HostLoop

/// The service manager on the loop: asked for transient units, heard on what becomes of them. Nothing here blocks.
@MainActor
public final class UnitManager {
    /// How it is reached.
    public enum Route: Hashable, Sendable {
        /// Its own socket: there without a bus too, but only for its own user.
        case direct(socket: String)
        /// The system bus, where polkit decides.
        case systemBus
    }

    /// A question that takes longer has failed.
    private static let patienceMicroseconds: UInt64 = 25_000_000

    private let loop: EventLoop
    private let route: Route
    private var bus: OpaquePointer?
    /// The questions of this connection that wait for an answer.
    private var open: Set<UInt> = []
    /// Gets what the manager says by itself.
    public var news: ((UnitNews) -> Void)?

    /// A manager that has not been reached yet.
    public init(loop: EventLoop, route: Route) {
        self.loop = loop
        self.route = route
    }

    isolated deinit {
        close()
    }

    /// Starts to reach it: `news` says `up` or `lost` later.
    public func connect() {
        close()
        do throws(SystemError) {
            try start()
        } catch {
            let why = error.description
            loop.later { [weak self] in self?.news?(.lost(why)) }
        }
    }

    private func start() throws(SystemError) {
        var made: OpaquePointer?
        try checkBus("make a connection to", sd_bus_new(&made))
        guard let made else { throw SystemError(code: ENOMEM, call: "sd_bus_new") }
        bus = made
        let address =
            switch route {
            case .direct(let socket): "unix:path=" + socket
            case .systemBus: "unix:path=/run/dbus/system_bus_socket"
            }
        try checkBus("set the address of", sd_bus_set_address(made, address))
        if route == .systemBus { try checkBus("be a client of", sd_bus_set_bus_client(made, 1)) }
        try checkBus("be told of", sd_bus_set_connected_signal(made, 1))
        sd_bus_set_method_call_timeout(made, Self.patienceMicroseconds)
        let pointer = Unmanaged.passUnretained(self).toOpaque()
        try checkBus("hear", sd_bus_add_filter(made, nil, Self.hear, pointer))
        try checkBus("reach", sd_bus_start(made))
        try checkBus("wait for", sd_bus_attach_event(made, loop.event, 0 /* SD_EVENT_PRIORITY_NORMAL */))
    }

    private func close() {
        guard let bus else { return }
        self.bus = nil
        sd_bus_detach_event(bus)
        sd_bus_close_unref(bus)
        for number in open.sorted() {
            if let then = Self.waiting.removeValue(forKey: number) { loop.later { then(.failure(.lost)) } }
        }
        open = []
    }

    // MARK: - Questions

    /// Starts `program` as the main process of a transient unit, with `input` as its standard input.
    public func start(
        _ unit: String, _ properties: [UnitProperty], program: String, arguments: [String], input: Int32,
        then: @escaping (UnitRefusal?) -> Void
    ) {
        ask("StartTransientUnit") { message throws(SystemError) in
            try message.append(unit)
            try message.append("fail")
            try message.container("a", "(sv)") { list throws(SystemError) in
                for property in properties { try list.append(property) }
                try list.property("StandardInputFileDescriptor", "h") { value throws(SystemError) in
                    try value.append(descriptor: input)
                }
                try list.property("ExecStart", "a(sasb)") { value throws(SystemError) in
                    try value.append(program: program, arguments: arguments)
                }
            }
            try message.container("a", "(sa(sv))") { _ throws(SystemError) in }
        } then: { reply in
            if case .failure(let failure) = reply { then(failure.refusal) } else { then(nil) }
        }
    }

    /// Has a unit stopped, as its own settings say.
    public func stop(_ unit: String) {
        ask("StopUnit") { message throws(SystemError) in
            try message.append(unit)
            try message.append("replace")
        }
    }

    /// Kills all processes of a unit.
    public func kill(_ unit: String) {
        ask("KillUnit") { message throws(SystemError) in
            try message.append(unit)
            try message.append("all")
            try message.append("i", SIGKILL)
        }
    }

    /// Changes a unit that runs, until it ends. `then` gets what was wrong.
    public func set(_ unit: String, _ properties: [UnitProperty], then: @escaping (String?) -> Void) {
        ask("SetUnitProperties") { message throws(SystemError) in
            try message.append(unit)
            try message.append(true)
            try message.container("a", "(sv)") { list throws(SystemError) in
                for property in properties { try list.append(property) }
            }
        } then: { reply in
            if case .failure(let failure) = reply { then(failure.text) } else { then(nil) }
        }
    }

    /// Whether a unit is loaded; nil when the manager could not say.
    public func look(_ unit: String, then: @escaping (Bool?) -> Void) {
        ask("GetUnit") { message throws(SystemError) in
            try message.append(unit)
        } then: { reply in
            switch reply {
            case .success: then(true)
            case .failure(let failure): then(failure.isNoSuchUnit ? false : nil)
            }
        }
    }

    /// The loaded units whose names match one of `patterns`; nil when the manager could not say.
    public func list(_ patterns: [String], then: @escaping ([ListedUnit]?) -> Void) {
        ask("ListUnitsByPatterns") { message throws(SystemError) in
            try message.append(strings: [])
            try message.append(strings: patterns)
        } then: { reply in
            guard case .success(let reader) = reply, reader.enter("a", "(ssssssouso)") else { return then(nil) }
            var found: [ListedUnit] = []
            while reader.enter("r", "ssssssouso") {
                guard let name = reader.text(), reader.text() != nil, reader.text() != nil, let state = reader.text()
                else { break }
                reader.skip("ssouso")
                reader.exit()
                found.append(ListedUnit(name: name, activeState: state))
            }
            then(found)
        }
    }

    // MARK: - Asking

    private typealias Reply = Result<BusReader, BusFailure>
    /// What waits for an answer, by the number that libsystemd carries for it.
    private static var waiting: [UInt: (Reply) -> Void] = [:]
    private static var lastNumber: UInt = 0

    private func ask(
        _ method: String, _ write: (borrowing BusMessage) throws(SystemError) -> Void,
        then: @escaping (Reply) -> Void = { _ in }
    ) {
        guard let bus else { return loop.later { then(.failure(.lost)) } }
        do throws(SystemError) {
            let message = try BusMessage(bus, calling: method)
            try write(message)
            Self.lastNumber += 1
            let number = Self.lastNumber
            Self.waiting[number] = { [weak self] reply in
                self?.open.remove(number)
                then(reply)
            }
            open.insert(number)
            let result = sd_bus_call_async(
                bus, nil, message.raw, Self.answered, UnsafeMutableRawPointer(bitPattern: number), 0)
            guard result < 0 else { return }
            Self.waiting[number] = nil
            open.remove(number)
            throw SystemError(code: -result, call: method, subject: "the service manager")
        } catch {
            let failure: BusFailure =
                [ENOTCONN, ECONNRESET, EPIPE, ESTALE].contains(error.code) ? .lost : .local(error.description)
            loop.later { then(.failure(failure)) }
        }
    }

    private static let answered: sd_bus_message_handler_t = { message, userdata, _ in
        let number = UInt(bitPattern: userdata)
        nonisolated(unsafe) let message = message
        MainActor.assumeIsolated {
            guard let then = UnitManager.waiting.removeValue(forKey: number), let message else { return }
            then(BusFailure.of(message).map { .failure($0) } ?? .success(BusReader(lent: message)))
        }
        return 0
    }

    // MARK: - Hearing

    private static let hear: sd_bus_message_handler_t = { message, userdata, _ in
        let address = UInt(bitPattern: userdata)
        nonisolated(unsafe) let message = message
        MainActor.assumeIsolated {
            guard let pointer = UnsafeRawPointer(bitPattern: address), let message else { return }
            // Borrowed: the connection goes before the object does.
            Unmanaged<UnitManager>.fromOpaque(pointer).takeUnretainedValue().heard(message)
        }
        return 0
    }

    private func heard(_ message: OpaquePointer) {
        switch UnitSignal(message) {
        case .connected:
            subscribe()
            news?(.up)
        case .disconnected:
            close()
            news?(.lost("it has closed the connection"))
        case .news(let item): news?(item)
        case nil: break
        }
    }

    /// On its own socket the manager tells everybody everything.
    private func subscribe() {
        guard route == .systemBus, let bus else { return }
        ask("Subscribe") { _ throws(SystemError) in }
        for member in ["JobRemoved", "UnitRemoved"] {
            sd_bus_add_match_async(
                bus, nil,
                "type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.systemd1.Manager',"
                    + "member='\(member)'", nil, nil, nil)
        }
    }
}
