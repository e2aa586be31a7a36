// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop

/// Looks at the file systems again and again, and carries out what their guards decide. It has a Worker lane of its
/// own: a dead mount holds nobody up but itself.
final class DiskWatch {
    /// What there is to say has changed.
    var changed: (() -> Void)?
    /// Something was done, or could not be.
    var told: ((String) -> Void)?
    /// The job that grows fastest on a file system is to be interrupted.
    var stopGrower: ((DiskSite) -> Void)?

    private(set) var specification = DiskSpecification()
    /// The file systems by their number.
    private(set) var sites: [UInt64: DiskSite] = [:]
    /// Folders of which nothing is known, and why.
    private(set) var unknown: [String: String] = [:]
    /// Folders that do not answer, and the look that they hold.
    private(set) var stuck: [String: LookProgress] = [:]
    /// The ballast as it was seen last, in bytes.
    private(set) var ballastBytes: UInt64 = 0
    /// Why there is no ballast.
    private(set) var ballastRefusal: String?
    let ballast: Ballast
    let growers: DiskGrowers
    let cleaner: DiskCleaner

    private static let longestDeadline: Duration = .seconds(20)
    private static let shortestDeadline: Duration = .seconds(5)
    private static let ballastDeadline: Duration = .seconds(120)
    /// It is tried to write at each of so many looks.
    private static let probeEvery = 6

    /// The fastest grower is named again so soon.
    private static let namePause: Duration = .seconds(600)

    private let loop: EventLoop
    private let lane: Worker
    private let own: [String]
    /// What was seen before of file systems that were not looked at yet, by their name.
    private var earlier: [String: [SampleSeries.Point]] = [:]
    private var namedAt: [UInt64: Instant] = [:]
    private var timer: TimerSource?
    private var looks = 0
    private var isLooking = false
    private var isBallastBusy = false
    private var ballastComplaint: String?

    init(loop: EventLoop, folders: Folders) throws(SystemError) {
        self.loop = loop
        own = [folders.state, folders.run, folders.log]
        lane = try Worker(loop: loop, lane: "disks", limit: 64)
        ballast = Ballast(path: folders.state + "/ballast")
        growers = DiskGrowers(loop: loop, lane: lane, logs: folders.log)
        cleaner = DiskCleaner(loop: loop, lane: lane, folders: folders)
        cleaner.told = { [weak self] in self?.told?($0) }
        cleaner.finished = { [weak self] in self?.look() }
    }

    /// Takes over what the configuration says, and looks at once.
    func configure(_ new: DiskSpecification) {
        if new.settle != specification.settle {
            earlier = series
            sites = [:]
        }
        if new.reserveBytes != specification.reserveBytes { ballastRefusal = nil }
        specification = new
        look()
    }

    /// A look that takes longer is held up by a dead mount.
    private var deadline: Duration {
        min(max(specification.interval * 2, Self.shortestDeadline), Self.longestDeadline)
    }

    /// Looks now.
    func look() {
        guard !isLooking else { return }
        isLooking = true
        let places =
            own.map { DiskLook.Place(path: $0, isOwn: true) }
            + specification.paths.filter { !own.contains($0) }.map { DiskLook.Place(path: $0, isOwn: false) }
        // Whoever came back is asked again.
        stuck = stuck.filter { $0.value.sofar.stuckAt?.path == $0.key }
        let isTroubled = sites.values.contains { $0.guarded.fault != nil || $0.writeFault != nil }
        let work = DiskLook(
            places: places.filter { stuck[$0.path] == nil }, isProbing: looks % Self.probeEvery == 0 || isTroubled,
            ballast: ballast)
        looks += 1
        lane.submit(deadline: deadline) {
            work.run()
        } then: { [weak self] (outcome: WorkOutcome<(findings: [DiskLook.Finding], ballastBytes: UInt64)>) in
            guard let self else { return }
            self.isLooking = false
            switch outcome {
            case .done(let result):
                self.ballastBytes = result.ballastBytes
                self.take(result.findings, known: Set(places.map(\.path)))
            case .late, .full:
                let (findings, place) = work.progress.sofar
                if let place { self.stuck[place.path] = work.progress }
                self.take(findings, known: Set(places.map(\.path)))
            }
            self.arm()
        }
    }

    /// Looks now, and tries to write: somebody found no room.
    func lookClosely() {
        looks = 0
        look()
    }

    /// The figures of each file system.
    var numbers: [(path: String, freeBytes: Double, sizeBytes: Double, freeInodes: Double)] {
        sites.values.sorted { $0.name < $1.name }.map {
            let system = $0.system
            let (free, size) = (Double(system.availableBytes), Double(system.capacityBytes))
            return ($0.name, free, size, Double(system.availableInodes))
        }
    }

    private func arm() {
        if timer == nil { timer = try? loop.timer { [weak self] in self?.look() } }
        let pauses = sites.values.map { $0.guarded.pause(specification.interval) }
        timer?.arm(at: loop.now + (pauses.min() ?? specification.interval))
    }

    private func take(_ findings: [DiskLook.Finding], known: Set<String>) {
        let before = sites.mapValues(\.paths)
        unknown = [:]
        for device in sites.keys { sites[device]?.paths = [] }
        for finding in findings {
            switch finding.system {
            case .success(let system):
                var site =
                    sites[system.device]
                    ?? DiskSite(finding, system, settle: specification.settle, at: loop.now)
                site.take(finding, system)
                sites[system.device] = site
            case .failure(let error): unknown[finding.place.path] = "\(error)"
            }
        }
        let seen = Set(findings.compactMap { try? $0.system.get().device })
        let missed = known.subtracting(findings.map(\.place.path))
        for path in missed.sorted() {
            // It holds the look up, or the look did not get to it.
            let device = before.first { $0.value.contains(path) }?.key
            if let device { sites[device]?.paths.append(path) }
            guard stuck[path] != nil else { continue }
            let why = "\(path) does not answer: nothing for \(deadline.text)"
            if let device { sites[device]?.writeFault = .failing(why) } else { unknown[path] = why }
        }
        sites = sites.filter { !$0.value.paths.isEmpty }
        goOn()
        for (device, site) in sites.sorted(by: { $0.key < $1.key }) {
            if seen.contains(device) || site.paths.contains(where: { stuck[$0] != nil }) { feed(device) }
        }
        changed?()
    }

    /// The bytes that were available, by the name of each file system.
    var series: [String: [SampleSeries.Point]] {
        let seen = sites.values.map { ($0.name, $0.guarded.available.points) }
        return earlier.merging(seen) { _, new in new }
    }

    /// Goes on from what was seen before.
    func recall(_ series: [String: [SampleSeries.Point]]) {
        earlier = series
        goOn()
    }

    private func goOn() {
        for (device, site) in sites {
            if let points = earlier.removeValue(forKey: site.name) { sites[device]?.guarded.recall(points) }
        }
    }

    /// The file system that hostd keeps its state on, and so its ballast.
    var stateDevice: UInt64? { sites.first { $0.value.paths.contains(own[0]) }?.key }

    private func feed(_ device: UInt64) {
        guard var site = sites[device] else { return }
        let isHome = device == stateDevice
        site.guarded.ballastWanted = isHome && ballastRefusal == nil ? specification.reserveBytes : 0
        let before = site.guarded.step
        let reading = site.reading(ballastBytes: isHome && !isBallastBusy ? ballastBytes : 0)
        let effects = site.guarded.handle(reading, at: loop.now)
        sites[device] = site
        // A change of the level is told by the condition.
        if site.guarded.step > before, before.level == site.guarded.step.level {
            told?("\(site.name): \(site.guarded.step.rawValue): \(site.guarded.trouble)")
        }
        for effect in effects { carryOut(effect, site, device) }
        if isHome, isBallastOdd { giveBallast("it is not as the configuration says") }
    }

    private func carryOut(_ effect: DiskGuard.Effect, _ site: DiskSite, _ device: UInt64) {
        switch effect {
        case .changed: break
        // The board of jobs holds them by the condition, which is critical from the same step on.
        case .holdJobs: break
        case .stopGrower:
            // Services are stopped for nobody's sake.
            stopGrower?(site)
            if let last = namedAt[device], loop.now - last < Self.namePause { return }
            namedAt[device] = loop.now
            growers.nameFastest(on: device, of: Set(sites.keys)) { [weak self] in self?.told?("\(site.name): \($0)") }
        case .clean(let bytes):
            cleaner.clean(.init(device: device, name: site.name, wantedBytes: bytes), specification.clean)
        case .giveBallast: giveBallast("an emergency")
        case .makeBallast: makeBallast()
        }
    }

    // MARK: - Ballast

    /// It lies there and should not, or not so large.
    private var isBallastOdd: Bool {
        guard ballastBytes > 0, !isBallastBusy else { return false }
        let wanted = specification.reserveBytes
        return ballastBytes < wanted || ballastBytes > wanted + max(wanted / 8, 1 << 20)
    }

    private func giveBallast(_ why: String) {
        guard !isBallastBusy else { return }
        isBallastBusy = true
        lane.submit(deadline: Self.ballastDeadline) { [ballast] in
            Result { () throws(SystemError) in try ballast.giveBack() }
        } then: { [weak self] (outcome: WorkOutcome<Result<UInt64, SystemError>>) in
            guard let self else { return }
            self.isBallastBusy = false
            switch outcome {
            case .done(.success(let bytes)):
                self.ballastBytes = 0
                self.ballastComplaint = nil
                self.told?("gave back the reserve, \(why): freed \(ByteText.text(bytes)) at \(self.ballast.path)")
                self.look()
            case .done(.failure(let error)): self.complain("the reserve could not be given back: \(error)")
            case .late, .full: self.complain("the reserve could not be given back: the disk does not answer")
            }
        }
    }

    private func makeBallast() {
        guard !isBallastBusy else { return }
        isBallastBusy = true
        let bytes = specification.reserveBytes
        lane.submit(deadline: Self.ballastDeadline) { [ballast] in
            Result { () throws(SystemError) in try ballast.make(bytes: bytes) }
        } then: { [weak self] (outcome: WorkOutcome<Result<Void, SystemError>>) in
            guard let self else { return }
            self.isBallastBusy = false
            switch outcome {
            case .done(.success): self.look()
            case .done(.failure(let error)):
                let why = self.refusal(error)
                // What is no matter of the file system may go better later.
                if error.isUnsupported { self.ballastRefusal = why }
                self.complain("no reserve: \(why)")
            case .late, .full: break
            }
        }
    }

    /// Says what is tried again and again only once.
    private func complain(_ text: String) {
        guard text != ballastComplaint else { return }
        ballastComplaint = text
        told?(text)
    }

    private func refusal(_ error: SystemError) -> String {
        guard error.isUnsupported, let device = stateDevice, let type = sites[device]?.system.type else {
            return "\(error)"
        }
        return "\(ballast.path) lies on \(type), where what is allocated is no room that is kept (set a quota or a "
            + "reservation there, and leave out disk.reserve)"
    }
}
