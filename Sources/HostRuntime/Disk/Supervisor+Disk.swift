// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// The disks, as everybody else sees them.
extension Supervisor {
    /// Connects the watch with what it concerns.
    func hearDisks() {
        disks.changed = { [weak self] in self?.disksChanged() }
        disks.stopGrower = { [weak self] in self?.interruptGrower(on: $0) }
        disks.told = { [weak self] in self?.history.add(host: "disk", $0) }
        disks.growers.lookAtFolders = { [weak self] in self?.lookAtServiceFolders(then: $0) }
        disks.growers.folderWords = { [weak self] in self?.serviceFolders.words(on: $0) }
    }

    /// Looks into the folders that services have of their own.
    private func lookAtServiceFolders(then: @escaping () -> Void) {
        let places = servicesByName { service -> ServiceFolders.Place? in
            let launch = service.specification.launch
            guard let path = launch.directory, path != "/" else { return nil }
            return ServiceFolders.Place(service: service.specification.name, path: path, launch: launch)
        }
        serviceFolders.look(places.compactMap(\.self), then: then)
    }

    private static let folderPatience: Duration = .seconds(3)

    /// The same for somebody who waits: what is not seen soon is shown the next time.
    private func lookAtServiceFolders(inTime then: @escaping () -> Void) {
        var isAnswered = false
        let answer = {
            guard !isAnswered else { return }
            isAnswered = true
            then()
        }
        let timer = try? loop.timer { answer() }
        timer?.arm(at: loop.now + Self.folderPatience)
        lookAtServiceFolders(then: {
            timer?.disarm()
            answer()
        })
    }

    private func disksChanged() {
        let (level, reason) = diskLevel
        setCondition(
            "disk", level, reason, evidence: ["file_systems": .array(diskFileSystems(hours: 0).map(\.evidence))])
        planPostponed()
    }

    /// The worst of all, and what is wrong with each that is not well.
    private var diskLevel: (ConditionLevel, String) {
        let sites = disks.sites.values.sorted { $0.name < $1.name }
        var level = sites.map(\.guarded.level).max() ?? .ok
        var words = sites.filter { $0.guarded.level > .ok }.map { "\($0.name): \($0.guarded.trouble)" }
        for (path, why) in disks.unknown.sorted(by: { $0.key < $1.key }) {
            level = max(level, disks.stuck[path] == nil ? .warn : .critical)
            words.append("\(path): \(why)")
        }
        return (level, words.joined(separator: "; "))
    }

    private func diskFileSystems(hours: Int) -> [DiskFileSystem] {
        disks.sites.values.sorted { $0.name < $1.name }.compactMap { fileSystem($0, hours: hours) }
    }

    private func fileSystem(_ site: DiskSite, hours: Int) -> DiskFileSystem? {
        guard let reading = site.guarded.reading else { return nil }
        let system = site.system
        let thresholds = DiskThresholds(capacityBytes: system.capacityBytes)
        let limits = DiskStep.allCases.dropFirst().map { ($0.rawValue, UInt64(thresholds.limit($0))) }
        let series = site.guarded.available.columns(
            hours * 60, within: .seconds(hours * 3600), of: loop.now, worse: min)
        let share = system.capacityBytes == 0 ? 1 : Double(system.availableBytes) / Double(system.capacityBytes)
        return DiskFileSystem(
            path: site.name, paths: site.paths, type: system.type, step: site.guarded.step.rawValue,
            level: site.guarded.level.rawValue, reason: site.guarded.trouble, freeBytes: reading.availableBytes,
            capacityBytes: system.capacityBytes, freePercent: (share * 1000).rounded(.down) / 10,
            freeInodes: system.availableInodes, inodes: system.inodes,
            fullInSeconds: site.guarded.timeUntilFull?.seconds.rounded(), isReadOnly: system.isReadOnly,
            limits: Dictionary(limits) { first, _ in first }, series: series.map { $0.map { UInt64($0) } },
            stepSeconds: 60)
    }

    private static let usualHours = 6
    private static let hoursLimit = 24

    /// `GET /v1/disk`
    func answerDisk(_ call: ControlCall) {
        let hours: Int
        do throws(ErrorAnswer) {
            hours = try call.request.number("hours", else: Self.usualHours, 1...Self.hoursLimit)
        } catch {
            return call.refuse(400, error.error, hint: error.hint)
        }
        disks.growers.look(on: Set(disks.sites.keys)) { [weak self] in
            self?.lookAtServiceFolders(inTime: { self?.finishDisk(call, hours) })
        }
    }

    private func finishDisk(_ call: ControlCall, _ hours: Int) {
        let (level, reason) = diskLevel
        let removed = (disks.growers.newest?.removed ?? []).map {
            DiskRemovedFile(path: $0.path, bytes: $0.bytes, pid: $0.pid, program: $0.program)
        }
        call.finish(
            DiskReport(
                level: level.rawValue, reason: reason, reserveBytes: disks.specification.reserveBytes,
                reserveHeldBytes: disks.ballastBytes, reserveRefusal: disks.ballastRefusal,
                fileSystems: diskFileSystems(hours: hours), logs: Self.growers(disks.growers.growths),
                folders: Self.growers(serviceFolders.growths()), removed: removed
            ).json)
    }

    private static func growers(_ growths: [DiskGrowers.Growth]) -> [DiskGrower] {
        growths.prefix(100).map {
            DiskGrower(
                name: $0.name, bytes: $0.bytes, grownBytes: $0.grown?.bytes, overSeconds: $0.grown?.over.seconds)
        }
    }
}
