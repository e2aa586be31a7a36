// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Rooms of docs/architecture.md. A target may depend only on targets that stand above it in this list.

/// Every Swift target gets these: language mode 6, the upcoming defaults, no warning left standing.
let shared: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Rooms from HostLoop upward run on the one thread of the program. A class with an isolated deinit says @MainActor
/// in so many words: Swift 6.3.1, optimising another room, forgets that it is the default and refuses the deinit.
let onLoop: [SwiftSetting] = shared + [.defaultIsolation(MainActor.self)]

let strictC: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

/// A fully static C program: no Swift start-up objects, no dynamic loader.
let staticC: [LinkerSetting] = [.unsafeFlags(["-nostartfiles", "-static-executable", "-use-ld=lld"])]

/// The Swift runtime and what it needs of C++ are linked in, so that a program needs no toolchain where it runs; lld
/// packs the relocations. link/ holds a linker script that turns -lstdc++ into the static library.
let staticRuntime: [LinkerSetting] = [
    .unsafeFlags([
        "-static-stdlib", "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
        "-L\(Context.packageDirectory)/link", "-Xclang-linker", "-static-libgcc",
    ])
]

let package = Package(
    name: "hostd",
    products: [
        .executable(name: "hostd", targets: ["hostd"]),
        .executable(name: "hostctl", targets: ["hostctl"]),
        .executable(name: "hostd-logger", targets: ["hostd-logger"]),
        .executable(name: "hostd-keeper", targets: ["hostd-keeper"]),
        .executable(name: "hostd-bench", targets: ["hostd-bench"]),
    ],
    targets: [
        // C: module maps, shims, the keeper.
        .target(name: "CHost", cSettings: [.unsafeFlags(["-O2"])] + strictC),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "CCurl", cSettings: strictC),
        .systemLibrary(name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CJansson", cSettings: strictC, linkerSettings: [.linkedLibrary("jansson")]),
        .target(name: "CToml", cxxSettings: [.unsafeFlags(["-std=c++17", "-Wall", "-Wextra", "-Werror"])]),
        // The files of config/presets, compiled in.
        .target(name: "CPresets", cSettings: strictC + [.unsafeFlags(["-std=c23"])]),
        .executableTarget(
            name: "hostd-keeper",
            cSettings: [.unsafeFlags(["-Os"])] + strictC,
            linkerSettings: staticC),
        // What the benches have supervised.
        .executableTarget(name: "hostd-bench-child", cSettings: strictC, linkerSettings: staticC),

        // The rooms, lowest first.
        .target(name: "HostCore", swiftSettings: shared),
        .target(name: "HostWire", dependencies: ["HostCore", "CJansson"], swiftSettings: shared),
        .target(
            name: "HostConfig", dependencies: ["HostCore", "HostWire", "CToml", "CPresets"], swiftSettings: shared),
        .target(name: "HostLinux", dependencies: ["HostCore", "CHost"], swiftSettings: shared),
        .target(name: "HostLoop", dependencies: ["HostCore", "HostLinux", "CHost", "CSystemd"], swiftSettings: onLoop),
        .target(name: "HostLogs", dependencies: ["HostCore", "HostLinux", "CZstd"], swiftSettings: shared),
        .target(
            name: "HostLaunch", dependencies: ["HostCore", "HostLinux", "HostLoop", "CHost"], swiftSettings: onLoop),
        .target(
            name: "HostStore", dependencies: ["HostCore", "HostLinux", "HostLoop", "CSQLite"], swiftSettings: onLoop),
        .target(
            name: "HostControl", dependencies: ["HostCore", "HostWire", "HostLinux", "HostLoop", "CMicrohttpd"],
            swiftSettings: onLoop),
        .target(
            name: "HostFetch", dependencies: ["HostCore", "HostLinux", "HostLoop", "CCurl"], swiftSettings: onLoop),
        .target(name: "HostNode", dependencies: ["HostCore", "HostWire", "HostLinux"], swiftSettings: shared),
        .target(
            name: "HostInstall", dependencies: ["HostCore", "HostWire", "HostLinux", "HostNode", "CCurl"],
            swiftSettings: shared),
        .target(
            name: "HostBus", dependencies: ["HostCore", "HostLinux", "HostLoop", "CSystemd"], swiftSettings: shared),
        .target(name: "HostSimulation", dependencies: ["HostCore"], swiftSettings: shared),
        .target(
            name: "HostRuntime",
            dependencies: [
                "HostCore", "HostWire", "HostConfig", "HostLinux", "HostLoop", "HostLogs", "HostLaunch", "HostStore",
                "HostControl", "HostFetch", "HostBus", "HostNode",
            ], swiftSettings: onLoop),

        // Thin mains.
        .executableTarget(
            name: "hostd", dependencies: ["HostRuntime", "HostConfig", "HostLinux"], swiftSettings: onLoop,
            linkerSettings: staticRuntime),
        .executableTarget(
            name: "hostd-logger", dependencies: ["HostLogs", "HostLinux"], swiftSettings: shared,
            linkerSettings: staticRuntime),
        .executableTarget(
            name: "hostctl",
            dependencies: ["HostWire", "HostConfig", "HostLinux", "HostLogs", "HostNode", "HostInstall", "HostCore"],
            swiftSettings: shared, linkerSettings: staticRuntime),
        .executableTarget(
            name: "hostd-bench", dependencies: ["HostSimulation", "HostCore", "HostLinux", "HostLogs"],
            exclude: ["Swap/load.py"], swiftSettings: shared, linkerSettings: staticRuntime),

        // Tests. TestKit holds what several of them need: folders, processes, waiting for events.
        .target(
            name: "TestKit", dependencies: ["HostCore", "HostLinux", "HostLoop", "CHost", "CZstd"],
            path: "Tests/TestKit", exclude: ["Fixtures"], swiftSettings: shared),
        .executableTarget(
            name: "LoopHelper", dependencies: ["HostLoop", "HostFetch", "HostStore", "HostLinux", "HostCore"],
            path: "Tests/LoopHelper", swiftSettings: onLoop),
        // Stands where logind does, on a bus of the tests' own.
        .executableTarget(
            name: "LogindHelper", dependencies: ["CSystemd"], path: "Tests/LogindHelper", swiftSettings: shared),
        .testTarget(name: "TidyTests", dependencies: ["TestKit", "HostLinux"], swiftSettings: shared),
        .testTarget(name: "HostCoreTests", dependencies: ["HostCore", "HostSimulation"], swiftSettings: shared),
        .testTarget(
            name: "HostConfigTests", dependencies: ["HostConfig", "HostCore", "HostLinux", "TestKit"],
            swiftSettings: shared),
        .testTarget(
            name: "AgentTests",
            dependencies: ["HostConfig", "HostWire", "HostCore", "HostLinux", "HostLaunch", "TestKit"],
            exclude: ["Fixtures"], swiftSettings: shared),
        .testTarget(
            name: "HostWireTests",
            dependencies: ["HostWire", "HostControl", "HostCore", "HostLinux", "HostLoop", "TestKit"],
            swiftSettings: shared),
        .testTarget(
            name: "HostLoopTests",
            dependencies: [
                "HostLoop", "HostFetch", "HostStore", "HostLinux", "HostCore", "CSQLite", "TestKit", "LoopHelper",
            ],
            swiftSettings: onLoop),
        .testTarget(
            name: "HostLinuxTests", dependencies: ["HostLinux", "HostCore", "TestKit"], swiftSettings: shared),
        .testTarget(
            name: "HostNodeTests", dependencies: ["HostNode", "HostWire", "HostCore", "HostLinux", "TestKit"],
            swiftSettings: shared),
        .testTarget(
            name: "KeeperTests", dependencies: ["HostCore", "HostLaunch", "HostLinux", "CHost", "TestKit"],
            swiftSettings: shared),
        .testTarget(
            name: "LoggerTests", dependencies: ["HostLogs", "HostLinux", "HostCore", "CHost", "CZstd", "TestKit"],
            swiftSettings: shared),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["HostWire", "HostLaunch", "HostLinux", "HostCore", "CHost", "TestKit", "LogindHelper"],
            exclude: ["Fixtures"], swiftSettings: shared),
        .testTarget(
            name: "HostRuntimeTests",
            dependencies: [
                "HostRuntime", "HostStore", "HostWire", "HostConfig", "HostFetch", "HostLaunch", "HostLoop", "HostCore",
                "HostLinux", "TestKit",
            ],
            swiftSettings: onLoop),
        .testTarget(
            name: "HostInstallTests",
            dependencies: ["HostInstall", "HostNode", "HostWire", "HostCore", "HostLinux", "TestKit"],
            swiftSettings: shared),
        .testTarget(
            name: "HostctlTests", dependencies: ["HostWire", "HostNode", "HostCore", "HostLinux", "TestKit"],
            swiftSettings: shared),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// ONLY_TESTS=LoggerTests,TidyTests builds these test targets and no others, which is quicker while you work.
if let only = Context.environment["ONLY_TESTS"]?.split(separator: ",").map(String.init), !only.isEmpty {
    package.targets.removeAll { $0.type == .test && !only.contains($0.name) }
}
