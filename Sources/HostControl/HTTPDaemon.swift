// SPDX-License-Identifier: Apache-2.0

internal import CMicrohttpd
internal import HostCore
internal import HostLinux
internal import HostLoop

/// What an HTTPDaemon tells its owner.
protocol HTTPDaemonOwner: AnyObject {
    /// One step of a request: the first call comes with its header, then one for each part of the body, then one with
    /// an empty part; after a resumed suspension one more.
    func step(_ connection: ControlConnection, _ request: HTTPStep) -> HTTPDaemon.Verdict
    /// The connection is closed.
    func closed(_ connection: ControlConnection)
}

/// What libmicrohttpd says in one call for a request.
struct HTTPStep {
    /// libmicrohttpd's connection.
    let handle: OpaquePointer
    let method: String
    /// Content-Length, when it is given and a number.
    let announcedBytes: Int?
    /// A part of the body.
    let part: [UInt8]
}

/// libmicrohttpd on the loop: no thread, no timer of its own, no wake-up without traffic.
@MainActor
final class HTTPDaemon {
    enum Verdict {
        /// Go on reading, or wait while suspended.
        case goOn
        /// Send this.
        case answer(ControlAnswer)
        /// Close the connection without a word.
        case close
    }

    weak var owner: (any HTTPDaemonOwner)?
    private let loop: EventLoop
    private var daemon: OpaquePointer?
    private var source: IOSource?
    private var timer: TimerSource?
    private var isRunScheduled = false
    private var arriving: ControlConnection?

    /// libmicrohttpd counts a connection a little longer than we do.
    private static let spareConnections = 16

    init(loop: EventLoop, limits: ControlLimits) throws(SystemError) {
        self.loop = loop
        let pointer = Unmanaged.passUnretained(self).toOpaque()
        daemon = cmicrohttpd_start(
            UInt32(limits.connections + Self.spareConnections), limits.headerBytes, pointer, Self.onRequest,
            Self.onConnection, Self.onTarget)
        guard let daemon else { throw SystemError(code: 12, call: "start libmicrohttpd") }
        source = try loop.watch(cmicrohttpd_descriptor(daemon), .readable) { [weak self] _ in self?.run() }
        timer = try loop.timer { [weak self] in self?.run() }
    }

    isolated deinit {
        stop()
    }

    /// Closes all connections; none may be suspended.
    func stop() {
        source = nil
        timer = nil
        if let daemon { MHD_stop_daemon(daemon) }
        daemon = nil
    }

    /// Hands over an accepted socket, which is closed in any case. False when it could not be taken.
    func add(_ socket: consuming Descriptor, as connection: ControlConnection) -> Bool {
        guard let daemon else { return false }
        arriving = connection
        defer { arriving = nil }
        var address = sockaddr()
        address.sa_family = sa_family_t(AF_UNIX)
        let length = socklen_t(MemoryLayout<sa_family_t>.size)
        guard MHD_add_connection(daemon, socket.release(), &address, length) == .YES else { return false }
        scheduleRun()
        return true
    }

    func suspend(_ handle: OpaquePointer) {
        MHD_suspend_connection(handle)
    }

    func resume(_ handle: OpaquePointer) {
        MHD_resume_connection(handle)
        scheduleRun()
    }

    private func scheduleRun() {
        guard !isRunScheduled else { return }
        isRunScheduled = true
        loop.later { [weak self] in
            self?.isRunScheduled = false
            self?.run()
        }
    }

    private func run() {
        guard let daemon else { return }
        MHD_run(daemon)
        var milliseconds: UInt64 = 0
        guard MHD_get_timeout(daemon, &milliseconds) == .YES else {
            timer?.disarm()
            return
        }
        if milliseconds == 0 {
            scheduleRun()
        } else {
            timer?.arm(at: loop.now + .milliseconds(Int64(clamping: milliseconds)))
        }
    }

    private func queue(_ answer: ControlAnswer, _ handle: OpaquePointer) -> Bool {
        let response = answer.body.withUnsafeBytes { body in
            MHD_create_response_from_buffer(
                body.count, UnsafeMutableRawPointer(mutating: body.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let response else { return false }
        defer { MHD_destroy_response(response) }
        // One request a connection: then each has a deadline in all, and nobody keeps a place for nothing.
        let fixed = [("Content-Type", answer.contentType), ("Cache-Control", "no-store"), ("Connection", "close")]
        for (name, value) in fixed + answer.headers.map({ ($0.name, $0.value) }) {
            MHD_add_response_header(response, name, value)
        }
        return MHD_queue_response(handle, UInt32(answer.status), response) == .YES
    }

    private func step(_ handle: OpaquePointer, _ method: String, _ announced: Int?, _ part: [UInt8]) -> MHD_Result {
        guard let connection = Self.connection(of: handle), let owner else { return .NO }
        let step = HTTPStep(handle: handle, method: method, announcedBytes: announced, part: part)
        switch owner.step(connection, step) {
        case .goOn: return .YES
        case .close: return .NO
        case .answer(let answer): return queue(answer, handle) ? .YES : .NO
        }
    }

    private func opened() -> UInt {
        // The owner keeps the connection until it is told that it is closed.
        arriving.map { UInt(bitPattern: Unmanaged.passUnretained($0).toOpaque()) } ?? 0
    }

    private static func connection(of handle: OpaquePointer) -> ControlConnection? {
        object(ControlConnection.self, at: UInt(bitPattern: cmicrohttpd_context(handle)))
    }

    private nonisolated static let onRequest: MHD_AccessHandlerCallback = {
        context, handle, _, method, _, bytes, count, _ in
        guard let method, let count else { return .NO }
        let owner = UInt(bitPattern: context)
        let connection = UInt(bitPattern: handle)
        let word = String(cString: method)
        let part = Array(UnsafeRawBufferPointer(start: bytes, count: count.pointee))
        count.pointee = 0
        let announced = MHD_lookup_connection_value(handle, MHD_ValueKind.HEADER_KIND, "Content-Length")
            .flatMap { Int(String(cString: $0)) }
        return MainActor.assumeIsolated {
            guard let handle = OpaquePointer(bitPattern: connection) else { return .NO }
            return object(HTTPDaemon.self, at: owner)?.step(handle, word, announced, part) ?? .NO
        }
    }

    private nonisolated static let onConnection: MHD_NotifyConnectionCallback = { context, _, slot, event in
        let owner = UInt(bitPattern: context)
        if event == .CONNECTION_NOTIFY_STARTED {
            let address = MainActor.assumeIsolated { object(HTTPDaemon.self, at: owner)?.opened() ?? 0 }
            slot?.pointee = UnsafeMutableRawPointer(bitPattern: address)
        } else {
            let address = UInt(bitPattern: slot?.pointee)
            MainActor.assumeIsolated {
                guard let connection = object(ControlConnection.self, at: address) else { return }
                object(HTTPDaemon.self, at: owner)?.owner?.closed(connection)
            }
        }
    }

    private nonisolated static let onTarget:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
            _, target, handle in
            let text = target.map { String(cString: $0) } ?? ""
            let connection = UInt(bitPattern: handle)
            MainActor.assumeIsolated {
                guard let handle = OpaquePointer(bitPattern: connection) else { return }
                HTTPDaemon.connection(of: handle)?.target = text
            }
            return nil
        }
}

/// The object behind an address that libmicrohttpd keeps for us. It only borrows it.
private func object<Object: AnyObject>(_ type: Object.Type, at address: UInt) -> Object? {
    UnsafeRawPointer(bitPattern: address).map { Unmanaged<Object>.fromOpaque($0).takeUnretainedValue() }
}
