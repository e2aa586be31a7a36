// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// No reserve where an allocation is no promise: hostd sees file systems that this host does not have, through a
/// library that answers in the place of libc.
@Suite(.enabled(if: Files.exists("/usr/bin/cc"), "needs a C compiler")) struct ReserveTests {
    /// What statfs(2) says of every folder, and how little of a new reserve reaches the disk.
    private static let library = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <sys/vfs.h>
        int statfs(const char *path, struct statfs *info) {
            int (*next)(const char *, struct statfs *) = dlsym(RTLD_NEXT, "statfs");
            int result = next(path, info);
            const char *type = getenv("FAKE_TYPE");
            if (result == 0 && type) info->f_type = (typeof(info->f_type))strtoul(type, NULL, 16);
            return result;
        }
        int lstat(const char *path, struct stat *info) {
            int (*next)(const char *, struct stat *) = dlsym(RTLD_NEXT, "lstat");
            int result = next(path, info);
            size_t length = strlen(path);
            if (result == 0 && getenv("FAKE_BLOCKS") && length > 4 && !strcmp(path + length - 4, ".new"))
                info->st_blocks = 8;
            return result;
        }
        """

    @Test(arguments: [
        ("FAKE_TYPE=9123683e", "btrfs"), ("FAKE_TYPE=2fc12fc1", "zfs"), ("FAKE_TYPE=ca451a4e", "bcachefs"),
        // Compressed away: the blocks are counted.
        ("FAKE_BLOCKS=1", nil),
    ])
    func whereRoomCannotBeHeldThereIsNoReserveAndAWordWhy(fake: String, type: String?) throws {
        let host = try HostUnderTest("[disk]\npaths = []\nreserve = \"1MiB\"\ninterval = \"200ms\"\nsettle = \"0s\"\n")
        let source = host.dir + "/fake.c"
        try Files.replace(source, with: Self.library.utf8)
        let built = try host.run(at: "/usr/bin/cc", ["-shared", "-fPIC", "-o", host.dir + "/fake.so", source, "-ldl"])
        try #require(built.status == 0, "\(built.output)")
        host.furtherEnvironment = ["LD_PRELOAD=\(host.dir)/fake.so", fake]
        try host.start()
        let report = try waitFor("the refusal") {
            let report = try DiskReport(json: try host.json("GET", "/v1/disk"))
            return report.reserveRefusal == nil ? nil : report
        }
        let why = try #require(report.reserveRefusal)
        #expect(why.contains("where what is allocated is no room that is kept"), "\(why)")
        if let type { #expect(why.contains(" lies on \(type), ")) }
        #expect(report.reserveHeldBytes == 0)
        #expect(try Files.list(host.dir + "/state").allSatisfy { !$0.hasPrefix("ballast") })
        try waitUntil("the word in the history") {
            try host.events().contains { $0.kind == "host.disk" && $0.reason == "no reserve: \(why)" }
        }
    }
}
