// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc
internal import HostCore

/// Runs a program that has an answer to give soon: bounded in time and output, with nothing of this process's
/// environment. Blocks: for the Worker, or a program without a loop.
public struct BriefCommand: Sendable {
    /// What it was: its wait status, and what it wrote to stdout and stderr.
    public struct Answer: Hashable, Sendable {
        /// The exit code; 128 + N after signal N.
        public var code: Int32
        /// What it wrote.
        public var output: [UInt8]
    }

    /// Why there is no answer.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// It could not be started.
        case notStarted(String)
        /// It had not ended when its time was over.
        case late(Duration)
        /// It wrote more than it may, in bytes.
        case tooMuch(Int)

        /// In words.
        public var description: String {
            switch self {
            case .notStarted(let why): why
            case .late(let time): "it gave no answer within \(time.text)"
            case .tooMuch(let limit): "it wrote more than \(limit) bytes"
            }
        }
    }

    private let path: String
    private let arguments: [String]
    private let environment: [String]
    private let rights: FileRights?
    private let keeping: [Int32]

    /// The program at `path`. With `rights` it runs with those and in the folder `/`, which only root can do; without,
    /// it has the descriptors `keeping` as 3, 4, …
    public init(
        _ path: String, _ arguments: [String], environment: [String], rights: FileRights? = nil, keeping: [Int32] = []
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.rights = rights
        self.keeping = keeping
    }

    /// Starts it and waits for its end. What it leaves behind in its session is killed.
    public func run(within time: Duration, limitBytes: Int) throws(Failure) -> Answer {
        do {
            let pipe = try PrivatePipe()
            let process = try start(output: pipe.writing.raw)
            let pid = process.pid
            let pidfd = process.takeDescriptor()
            var output: [UInt8] = []
            let failure = Self.wait(for: pidfd.raw, &output, from: pipe.reading, within: time, limitBytes)
            // Before it is reaped: until then nobody else has its number.
            kill(-pid, SIGKILL)
            var status: Int32 = 0
            while chost_pidfd_reap(pidfd.raw, &status) == 0 { _ = Poll.readable(pidfd.raw, milliseconds: 1000) }
            if let failure { throw failure }
            let signal = status & 0x7f
            return Answer(code: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: output)
        } catch let error as Failure {
            throw error
        } catch {
            throw .notStarted("\(error)")
        }
    }

    private func start(output: Int32) throws(SystemError) -> SpawnedProcess {
        guard let rights else {
            return try Processes.spawn(
                path, arguments, environment: environment, output: output, keeping: keeping)
        }
        var pidfd: Int32 = -1
        let pid = try check("start", path) {
            CStrings.with([path] + arguments) { argv in
                CStrings.with(environment) { envp in
                    chost_spawn_as(rights.uid, rights.gid, path, argv, envp, output, &pidfd)
                }
            }
        }
        return SpawnedProcess(pid: pid, pidfd: Descriptor(owning: pidfd))
    }

    /// Waits for the end of the process and collects what it writes until then.
    private static func wait(
        for pidfd: Int32, _ output: inout [UInt8], from pipe: borrowing Descriptor, within time: Duration,
        _ limitBytes: Int
    ) -> Failure? {
        let end = Clock.now + time
        while true {
            let hasEnded = Poll.readable(pidfd, milliseconds: 0)
            // This process holds the writing end too: there is no end of file, only nothing more.
            while output.count <= limitBytes, let part = try? pipe.read(upTo: 65536), !part.isEmpty { output += part }
            if output.count > limitBytes { return .tooMuch(limitBytes) }
            if hasEnded { return nil }
            let leftMilliseconds = (end - Clock.now).nanoseconds / 1_000_000
            if leftMilliseconds <= 0 { return .late(time) }
            var entries = [pidfd, pipe.raw].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            _ = poll(&entries, 2, Int32(clamping: leftMilliseconds))
        }
    }
}
