// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// kill -9 of a child → the first instruction of its replacement, for hostd and for whichever other supervisor is
/// installed, in turn: what the machine does meanwhile hits all of them alike.
func runRecoveryBench(_ arguments: [String]) -> Int {
    guard let rounds = option("--rounds", in: arguments).map({ Int($0) }) ?? 100, rounds > 0 else {
        say("hostd-bench: --rounds wants a number above 0")
        return 2
    }
    do {
        let folder = try BenchFolder()
        let races = try startRaces(in: folder)
        defer { for race in races { race.stop() } }
        say("\(rounds) rounds, from just before kill -9 to the first instruction of the replacement")
        // Kills fall anywhere between the ticks of a supervisor that polls.
        var generator = SplitMix64(seed: 1)
        for _ in 0..<rounds {
            for race in races { try race.round(pause: .milliseconds(Int64.random(in: 20...120, using: &generator))) }
        }
        show(races)
        return 0
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
}

private func startRaces(in folder: BenchFolder) throws -> [RecoveryRace] {
    var races: [RecoveryRace] = []
    do {
        for (index, contestant) in Contestant.all(child: BenchPrograms.built("hostd-bench-child")).enumerated() {
            guard let program = contestant.program else {
                say("\(contestant.name) is not installed: left out")
                continue
            }
            races.append(try RecoveryRace(contestant, program: program, in: try folder.folder("\(index)")))
        }
    } catch {
        for race in races { race.stop() }
        throw error
    }
    return races
}

private func show(_ races: [RecoveryRace]) {
    var table = TextTable(["supervisor", "rounds", "p50 ms", "p99 ms", "max ms"])
    for race in races {
        let sorted = race.times.sorted()
        let shares = [0.5, 0.99, 1].map { share in
            let rank = Int((share * Double(sorted.count)).rounded(.up))
            return decimal(sorted[max(0, rank - 1)].seconds * 1000, 2)
        }
        table.add([race.name, "\(sorted.count)"] + shares)
    }
    table.show()
}
