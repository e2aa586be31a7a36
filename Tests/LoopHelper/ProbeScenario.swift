// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostFetch
import HostLinux
import HostLoop

/// 1,000 GETs at once of a server that answers none before it has all of them.
func probeMany(port: UInt16) throws {
    try onLoop { loop, done in
        let fetcher = Fetcher(loop: loop, lookups: Resolver(loop: loop))
        var wells = 0
        var told = 0
        var threads = threadCount()
        for number in 0..<1000 {
            let host = number.isMultiple(of: 2) ? "127.0.0.1" : "localhost"
            fetcher.get("http://\(host):\(port)/", timeout: .seconds(50)) { result in
                told += 1
                threads = max(threads, threadCount())
                if case .answer(200, _, _) = result { wells += 1 } else { say("\(result)") }
                guard told == 1000 else { return }
                say("\(wells) are well")
                say("\(threads) thread")
                done()
            }
        }
        return [fetcher]
    }
}

/// Probes of names while the only name server answers nothing, again and again, with short timeouts.
func lookUpDeadNames(server: String) throws {
    let hole = try blackHole(address: server)
    try onLoop { loop, done in
        let resolver = Resolver(loop: loop)
        let fetcher = Fetcher(loop: loop, lookups: resolver)
        var answers: [String: Int] = [:]
        var threads = 0
        var turns = 0
        var left = 4 * 40
        @MainActor func told(_ text: String) {
            answers[text, default: 0] += 1
            threads = max(threads, threadCount())
            left -= 1
            guard left == 0 else { return }
            for (text, count) in answers.sorted(by: { $0.key < $1.key }) { say("\(count) × \(text)") }
            say(threads <= 9 ? "at most 8 threads more" : "\(threads) threads")
            say(turns > 100 ? "the loop went on" : "the loop turned \(turns) times only")
            done()
        }
        @MainActor func round(_ number: Int) {
            guard number < 4 else { return }
            for index in 0..<20 {
                fetcher.get("http://web\(number)-\(index).example/", timeout: .milliseconds(300)) { result in
                    if case .failure(let why, _) = result { told(why) } else { told("\(result)") }
                }
                TcpProbe.run(
                    loop: loop, lookups: resolver, host: "tcp\(number)-\(index).example", port: 80,
                    timeout: .milliseconds(300)
                ) { failure, _ in told(failure ?? "connected") }
            }
            let next = try? loop.timer { round(number + 1) }
            next?.arm(at: loop.now + .milliseconds(350))
            timers.append(next)
        }
        var timers: [TimerSource?] = []
        var ticker: TimerSource?
        ticker = try loop.timer {
            turns += 1
            ticker?.arm(at: loop.now + .milliseconds(1))
        }
        ticker?.arm(at: loop.now)
        round(0)
        return [fetcher, resolver, ticker as Any]
    }
    close(hole)
}

/// A name server that takes every question and answers none.
private func blackHole(address: String) throws -> Int32 {
    let hole = try check("socket") { socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = UInt16(53).bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    try withUnsafeBytes(of: &name) { bytes in
        let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
        _ = try check("bind", address) { bind(hole, pointer, socklen_t(bytes.count)) }
    }
    return hole
}
