// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// The limit for the logs of the whole host: the oldest rotated files go first, whichever log they belong to, also
/// those of services that are no more.
enum HostTotal {
    /// Removes rotated files below `root` until all files together take no more than `totalBytes`. One that cannot be
    /// removed keeps no other.
    static func enforce(_ totalBytes: UInt64, below root: String) throws(SystemError) {
        var rotated: [(folder: String, file: LogRetention.File)] = []
        var others: UInt64 = 0
        for folder in try folders(below: root) {
            guard let files = try? Files.list(folder) else { continue }
            rotated += RotatedFile.all(in: folder, files, withSizes: true).map { (folder, $0.asRetained) }
            for file in files where RotatedName.base(of: file) == nil {
                guard let status = try? FileStatus(ofLinkAt: folder + "/" + file), status.kind == .regular else {
                    continue
                }
                others += UInt64(clamping: status.size)
            }
        }
        rotated.sort { $0.file.endedMicroseconds < $1.file.endedMicroseconds }
        let retention = LogRetention(totalBytes: totalBytes)
        let surplus = retention.surplus(rotated.map(\.file), otherBytes: others, nowMicroseconds: 0)
        var failure: SystemError?
        for (folder, file) in rotated.prefix(surplus) {
            do throws(SystemError) {
                for ending in RotatedName.endings { try Files.remove("\(folder)/\(file.name)\(ending)") }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// `NAME` and `NAME/stderr`, and what stands in each with its times in front.
    private static func folders(below root: String) throws(SystemError) -> [String] {
        try Files.list(root).filter { LogName.isValid($0) }.flatMap { name in
            ["\(root)/\(name)", "\(root)/\(name)/stderr"].flatMap { [$0, FollowerRecords.inline($0)] }
        }
    }
}
