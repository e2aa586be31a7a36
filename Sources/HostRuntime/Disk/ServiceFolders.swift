// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// What the folders take that services work in. They belong to the services' users: only a helper with the rights of
/// that user looks into them, one after the other, and seldom.
final class ServiceFolders {
    /// A folder to be looked into.
    struct Place {
        let service: ServiceName
        let path: String
        let launch: LaunchSpecification
    }

    /// What one folder was seen to take.
    private struct Size {
        let bytes: UInt64
        let at: Instant
        let device: UInt64
    }

    /// A look is good for so long.
    private static let age: Duration = .seconds(600)
    /// One folder may take so long; what is larger is not known.
    private static let patience: Duration = .seconds(60)
    private static let limit = 64

    private let loop: EventLoop
    private let files: Worker
    private let keeper: String
    private var first: [String: Size] = [:]
    private var newest: [String: Size] = [:]
    private var lookedAt: Instant?
    private var isLooking = false

    init(loop: EventLoop, files: Worker, keeper: String) {
        self.loop = loop
        self.files = files
        self.keeper = keeper
    }

    /// Looks, unless that was done not long ago; `then` is called when all was seen, or nothing is to be done.
    func look(_ places: [Place], then: @escaping () -> Void) {
        let isFresh = lookedAt.map { loop.now - $0 < Self.age } ?? false
        guard !isLooking, !isFresh else { return then() }
        isLooking = true
        let wanted = Set(places.map(\.service.text))
        newest = newest.filter { wanted.contains($0.key) }
        first = first.filter { wanted.contains($0.key) }
        next(places.prefix(Self.limit)[...], then)
    }

    private func next(_ places: ArraySlice<Place>, _ then: @escaping () -> Void) {
        guard let place = places.first else {
            isLooking = false
            lookedAt = loop.now
            return then()
        }
        measure(place) { [weak self] size in
            guard let self else { return }
            if let size {
                self.newest[place.service.text] = size
                if self.first[place.service.text] == nil { self.first[place.service.text] = size }
            }
            self.next(places.dropFirst(), then)
        }
    }

    /// The number of its file system, then its size in KiB. hostd itself does not touch it: its user could put a mount
    /// there that answers nobody.
    private static let script = "device=$(stat -c %d -- \"$1\") && nice du -xsk -- \"$1\" | sed \"s/^/$device /\""

    private func measure(_ place: Place, then: @escaping (Size?) -> Void) {
        let instance = InstanceID(service: place.service, launch: 1)
        let (launch, path, loop, keeper) = (place.launch, place.path, self.loop, self.keeper)
        files.submit(deadline: Self.patience) {
            Result { () throws(LaunchError) in try PreparedLaunch(instance, launch) }
        } then: { (outcome: WorkOutcome<Result<PreparedLaunch, LaunchError>>) in
            guard case .done(.success(let prepared)) = outcome else { return then(nil) }
            ExecProbe.run(
                loop: loop, keeper: keeper, command: ["/bin/sh", "-c", Self.script, "sh", path], launch, prepared,
                timeout: Self.patience
            ) { result in
                // What could not be read is left out, and du says so with its exit code.
                guard case .ended(_, let line) = result else { return then(nil) }
                let figures = line.split { $0 == " " || $0 == "\t" }.prefix(2).compactMap { UInt64($0) }
                guard figures.count == 2 else { return then(nil) }
                then(Size(bytes: figures[1] << 10, at: loop.now, device: figures[0]))
            }
        }
    }

    /// The folders by their service, the fastest first, then the largest; on one file system, where one is given.
    func growths(on device: UInt64? = nil) -> [DiskGrowers.Growth] {
        newest.filter { device == nil || $0.value.device == device }.map { name, size in
            let before = first[name].flatMap { size.at > $0.at ? $0 : nil }
            return DiskGrowers.Growth(
                name: name, bytes: size.bytes,
                grown: before.map { (Int64(clamping: size.bytes) - Int64(clamping: $0.bytes), size.at - $0.at) })
        }.sorted {
            ($0.grown?.bytes ?? 0, $0.bytes, $1.name) > ($1.grown?.bytes ?? 0, $1.bytes, $0.name)
        }
    }

    /// Who takes most on a file system, in words; nil where nothing is known.
    func words(on device: UInt64) -> String? {
        guard let folder = growths(on: device).first, folder.bytes > 0 else { return nil }
        return "the folder of \(folder.name) has \(folder.words)"
    }
}
