// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// A stand-in for providers of models (Fixtures/model_api.py), which has its client append numbers to a file. Ended
/// with the last reference.
public final class ModelAPI: Sendable {
    /// Its port on 127.0.0.1.
    public let port: UInt16
    private let folder: TemporaryFolder
    private let pid: Int32

    private static let script = #filePath.replacing("/ModelAPI.swift", with: "/Fixtures/model_api.py")

    /// It wants `count` steps in `stepsFile`, each of which takes `seconds`.
    public init(stepsFile: String, count: Int, seconds: Double = 0) throws {
        folder = try TemporaryFolder()
        let place = folder.path + "/output"
        let output = try Descriptor(opening: place, O_RDWR | O_CREAT | O_APPEND)
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let process = try Processes.spawn(
            "/usr/bin/env", ["python3", Self.script, stepsFile, "\(count)", "\(seconds)"],
            environment: ["PATH=" + path], output: output.raw)
        pid = process.pid
        do {
            port = try waitFor("the port of the model API", seconds: 60) {
                let text = try Files.readText(place)
                return text.last == "\n" ? UInt16(text.dropLast()) : nil
            }
        } catch {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            throw error
        }
    }

    deinit {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// Its address, going wrong in one of the ways that the script lists.
    public func address(_ way: String = "work") -> String { "http://127.0.0.1:\(port)/\(way)" }
}
