// SPDX-License-Identifier: Apache-2.0

internal import CMicrohttpd
internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop

/// What an HTTPDaemon tells its owner.
protocol HTTPDaemonOwner: AnyObject {
    /// One step of a request: the first call comes with its header, then one for each part of the body, then one with
    /// an empty part; after a wait one more.
    func step(_ connection: ControlConnection, _ handle: OpaquePointer, _ part: [UInt8]) -> HTTPDaemon.Verdict
    /// The stream of a connection has nothing to send and is suspended.
    func waits(_ connection: ControlConnection)
    /// The connection is closed.
    func closed(_ connection: ControlConnection)
}

/// libmicrohttpd on the loop: no thread, no timer of its own, no wake-up without traffic.
@MainActor
final class HTTPDaemon {
    enum Verdict {
        /// Go on reading.
        case goOn
        /// Nothing more until `resume`.
        case wait
        /// Send this.
        case answer(ControlAnswer)
        /// Send what comes from this.
        case stream(ControlStream)
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
    private static let streamBlockBytes = 16 << 10
    /// Memory of a connection beyond its header: libmicrohttpd keeps the fields there, and builds its answer.
    private static let answerBytes = 16 << 10

    init(loop: EventLoop, limits: ControlLimits) throws(SystemError) {
        self.loop = loop
        let pointer = Unmanaged.passUnretained(self).toOpaque()
        daemon = cmicrohttpd_start(
            UInt32(limits.connections + Self.spareConnections), limits.headerBytes + Self.answerBytes, pointer,
            Self.onRequest, Self.onConnection)
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
        // It only wants to know of what kind the socket is.
        var address = sockaddr()
        if case .network = connection.peer { address.sa_family = sa_family_t(AF_INET) }
        if case .process = connection.peer { address.sa_family = sa_family_t(AF_UNIX) }
        let length = socklen_t(MemoryLayout<sockaddr>.size)
        guard MHD_add_connection(daemon, socket.release(), &address, length) == .YES else { return false }
        scheduleRun()
        return true
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
        return queue(response, answer.status, [("Content-Type", answer.contentType)] + answer.headers, handle)
    }

    private func queue(_ stream: ControlStream, of connection: ControlConnection, _ handle: OpaquePointer) -> Bool {
        // The owner keeps the connection, and with it the stream, until it is told that it is closed.
        let pointer = Unmanaged.passUnretained(connection).toOpaque()
        // MHD_SIZE_UNKNOWN is a macro cast.
        let response = MHD_create_response_from_callback(
            UInt64.max, Self.streamBlockBytes, Self.onContent, pointer, nil)
        return queue(response, 200, [("Content-Type", stream.contentType)], handle)
    }

    private func queue(
        _ response: OpaquePointer?, _ status: Int, _ headers: [(name: String, value: String)], _ handle: OpaquePointer
    ) -> Bool {
        guard let response else { return false }
        defer { MHD_destroy_response(response) }
        // One request a connection: then each has a deadline in all, and nobody keeps a place for nothing.
        for (name, value) in headers + [("Cache-Control", "no-store"), ("Connection", "close")] {
            MHD_add_response_header(response, name, value)
        }
        return MHD_queue_response(handle, UInt32(status), response) == .YES
    }

    private func step(_ handle: OpaquePointer, _ part: [UInt8]) -> MHD_Result {
        guard let connection = Self.connection(of: handle), let owner else { return .NO }
        switch owner.step(connection, handle, part) {
        case .goOn: return .YES
        case .close: return .NO
        case .wait:
            MHD_suspend_connection(handle)
            return .YES
        case .answer(let answer): return queue(answer, handle) ? .YES : .NO
        case .stream(let stream): return queue(stream, of: connection, handle) ? .YES : .NO
        }
    }

    /// Fills a buffer from the stream of a connection; one with nothing to send waits.
    private static func fill(_ connection: ControlConnection, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let stream = connection.stream, let handle = connection.handle else { return -1 }
        let count = stream.read(into: buffer)
        if count == 0 {
            MHD_suspend_connection(handle)
            connection.server?.waits(connection)
        }
        return count
    }

    private func opened() -> UInt {
        // The owner keeps the connection until it is told that it is closed.
        arriving.map { UInt(bitPattern: Unmanaged.passUnretained($0).toOpaque()) } ?? 0
    }

    private static func connection(of handle: OpaquePointer) -> ControlConnection? {
        object(ControlConnection.self, at: UInt(bitPattern: cmicrohttpd_context(handle)))
    }

    private nonisolated static let onRequest: MHD_AccessHandlerCallback = { context, handle, _, _, _, bytes, count, _ in
        guard let count else { return .NO }
        let owner = UInt(bitPattern: context)
        let connection = UInt(bitPattern: handle)
        let part = Array(UnsafeRawBufferPointer(start: bytes, count: count.pointee))
        count.pointee = 0
        return MainActor.assumeIsolated {
            guard let handle = OpaquePointer(bitPattern: connection) else { return .NO }
            return object(HTTPDaemon.self, at: owner)?.step(handle, part) ?? .NO
        }
    }

    private nonisolated static let onContent: MHD_ContentReaderCallback = { context, _, buffer, limit in
        let connection = UInt(bitPattern: context)
        let start = UInt(bitPattern: buffer)
        return MainActor.assumeIsolated {
            guard let connection = object(ControlConnection.self, at: connection) else { return -1 }
            let bytes = UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: start), count: limit)
            return fill(connection, bytes)
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
}

/// The object behind an address that libmicrohttpd keeps for us. It only borrows it.
private func object<Object: AnyObject>(_ type: Object.Type, at address: UInt) -> Object? {
    UnsafeRawPointer(bitPattern: address).map { Unmanaged<Object>.fromOpaque($0).takeUnretainedValue() }
}
