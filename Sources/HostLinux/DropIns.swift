// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file together with the folders of further ones beside it: `hostd.toml`, `conf.d/*.toml`, `presets/*.toml` and
/// `presets/jobs/*.toml`.
public enum DropIns {
    /// The file `main`, then the files of `conf.d` in the same folder that end with `.toml`, sorted by name. Hidden
    /// ones (`.x.toml`) do not count; a folder that is not there holds none.
    public static func paths(of main: String) throws(SystemError) -> [String] {
        [main] + (try files(in: "conf.d", beside: main).map(\.path))
    }

    /// The files of `presets` and `presets/jobs` in the same folder that end with `.toml`, with their names without
    /// that: `web`, `jobs/my-agent`.
    public static func presets(of main: String) throws(SystemError) -> [(name: String, path: String)] {
        try files(in: "presets", beside: main)
            + (try files(in: "presets/jobs", beside: main).map { ("jobs/" + $0.name, $0.path) })
    }

    private static func files(
        in subfolder: String, beside main: String
    ) throws(SystemError) -> [(name: String, path: String)] {
        let folder = (main.lastIndex(of: "/").map { String(main[...$0]) } ?? "") + subfolder
        let names: [String]
        do throws(SystemError) {
            names = try Files.list(folder)
        } catch {
            guard error.code == ENOENT else { throw error }
            names = []
        }
        return names.filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }
            .map { (String($0.dropLast(".toml".count)), "\(folder)/\($0)") }
    }

    /// The bytes of a file, at most `limit` of them: whoever asks for one more than is allowed sees that it is too
    /// long.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        // Of a FIFO that strayed in here nothing is read, instead of for ever.
        let file = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK)
        var content: [UInt8] = []
        while content.count < limit {
            let part = try file.read(upTo: min(limit - content.count, 16384))
            if part.isEmpty { break }
            content += part
        }
        return content
    }
}
