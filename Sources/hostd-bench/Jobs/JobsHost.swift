// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// A hostd whose jobs are measured. It ends, with all of them, with the last reference to it.
final class JobsHost {
    let folder: BenchFolder
    private(set) var process: SupervisorProcess

    static let child = BenchPrograms.built("hostd-bench-child")
    private static let patience: Duration = .seconds(60)

    /// Starts it with `places` for jobs, its folders on the disk under `parent`.
    init(places: Int, under parent: String?) throws {
        folder = try BenchFolder(under: parent)
        let configuration = "[host]\nlauncher = \"direct\"\nconcurrency = \(places)\n"
        try Files.replace(folder.path + "/hostd.toml", with: configuration.utf8)
        process = try Self.start(folder.path)
        _ = try ask("GET", "/v1/jobs")
    }

    deinit {
        process.stop(patience: Self.patience)
    }

    var path: String { folder.path }

    private static func start(_ path: String) throws(SystemError) -> SupervisorProcess {
        try SupervisorProcess(BenchPrograms.built("hostd"), ["--dir", path], output: path + "/output")
    }

    /// Kills it with -9 and starts it again at once; when it was killed.
    func killAndRestart() throws -> Instant {
        guard let identity = Processes.identity(of: process.pid) else { throw BenchError("hostd is gone") }
        let killed = Clock.now
        SupervisorProcess.kill(identity)
        guard process.ends(within: .seconds(10)) else { throw BenchError("hostd does not end") }
        process.stop(patience: .zero)
        process = try Self.start(path)
        return killed
    }

    /// Asks, as soon as there is somebody to answer.
    func ask(_ method: String, _ path: String, _ body: String = "") throws -> [UInt8] {
        let end = Clock.now + Self.patience
        while true {
            let call: JobCall
            do throws(SystemError) {
                call = try JobCall(self.path, method, path, body)
            } catch {
                guard Clock.now < end, !process.ends(within: .milliseconds(1)) else {
                    let words = (try? Files.readText(self.path + "/output")) ?? ""
                    throw BenchError("hostd does not answer: \(error)\n\(words.suffix(1000))")
                }
                continue
            }
            return try call.answer()
        }
    }

    /// What is submitted: a program that does nothing.
    static let quiet = "{\"command\":[\"\(child)\",\"--quiet\"]}"

    /// One that writes its first moment to the ring at `path`.
    static func ringing(_ path: String) -> String { "{\"command\":[\"\(child)\",\"--ring\",\"\(path)\"]}" }

    /// Submits a job; its number.
    func submit(_ body: String) throws -> Int64 {
        guard let id = Bytes.number("id", in: try ask("POST", "/v1/jobs", body)) else {
            throw BenchError("a submission was answered without a number")
        }
        return id
    }
}
