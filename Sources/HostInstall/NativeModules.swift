// SPDX-License-Identifier: Apache-2.0

public import HostLinux

/// A native module: a `.node` file.
public struct NativeModule: Hashable, Sendable {
    /// Its path.
    public var path: String
    /// Whether it goes by Node-API, and so loads in Nodes of any ABI.
    public var isStable: Bool
}

/// Looks for native modules.
public enum NativeModules {
    private static let depthLimit = 16
    private static let countLimit = 1000
    private static let seconds = 30

    /// The native modules below `folder`, sorted by path, at most 1,000 of them. No link is followed, nor the way to
    /// another file system; bounded in depth and time. With `rights` that user's rights decide what is seen, as the
    /// folder may be theirs to change: find(1) and grep(1) do the work, and this process opens nothing.
    public static func find(below folder: String, rights: FileRights?) throws(InstallError) -> [NativeModule] {
        let names = ["-type", "f", "-name", "*.node"]
        // A module that goes by Node-API names one of these two functions.
        let asks = ["-exec", "grep", "-qE", "napi_register_module_v|napi_module_register", "{}", ";"]
        let shows = ["(", "("] + asks + [")", "-printf", "s%p\\0", "-o", "-printf", "u%p\\0", ")"]
        let limits = ["-xdev", "-maxdepth", "\(depthLimit)"]
        let answer = try Tool.run("find", [folder] + limits + names + shows, seconds: seconds, rights: rights)
        var modules: [NativeModule] = []
        for part in answer.output.split(separator: 0).prefix(countLimit) {
            let text = String(decoding: part, as: UTF8.self)
            // What find complains of stands before the next path, with a line end.
            guard let line = text.split(separator: "\n").last, let mark = line.first, "su".contains(mark),
                line.hasSuffix(".node")
            else { continue }
            modules.append(NativeModule(path: String(line.dropFirst()), isStable: mark == "s"))
        }
        return modules.sorted { $0.path < $1.path }
    }
}
