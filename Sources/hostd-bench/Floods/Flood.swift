// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs

/// Several writers that never rest, a quiet one, and what takes their lines.
protocol Flood: AnyObject {
    /// Writes a line of the quiet one.
    func write(_ line: [UInt8]) throws(SystemError)
    /// How much of the quiet log is in its file.
    func quietSize() throws(SystemError) -> Int64
    /// Ends all; how much the others wrote, in MB/s.
    func stop() throws(SystemError) -> Double
}

/// What is compared.
enum FloodKind: String, CaseIterable {
    case hostd
    case s6Log = "s6-log T"

    var isInstalled: Bool { self == .hostd || BenchPrograms.installed("s6-log") != nil }

    func start(flooders: Int, in folder: String) throws(SystemError) -> any Flood {
        switch self {
        case .hostd: try HostdFlood(flooders, folder)
        case .s6Log: try PeerFlood(flooders, folder)
        }
    }
}

/// How much a set of writers has written: the kernel counts it for each process.
struct FloodMeter {
    private let began = Clock.now
    private let writers: [Int32]

    init(writers: [Int32]) { self.writers = writers }

    /// In MB/s since it was made.
    var rate: Double {
        let bytes = writers.reduce(0) { $0 + Self.written(by: $1) }
        return Double(bytes) / 1e6 / (Clock.now - began).seconds
    }

    private static func written(by pid: Int32) -> Int {
        let text = (try? Files.readText("/proc/\(pid)/io", limit: 4096)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("wchar: ") }
        return line.flatMap { Int($0.dropFirst(7)) } ?? 0
    }
}

/// Log files as large as those of hostd, of which a few are kept.
enum FloodFiles {
    static let sizeBytes = 16 << 20
    static let kept = 4
    /// More than is ever written.
    static let megabytes = "100000000"
}
