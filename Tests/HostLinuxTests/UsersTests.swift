// SPDX-License-Identifier: Apache-2.0

import HostLinux
import Testing

struct UsersTests {
    @Test func anAccountIsFoundByNameAndByNumber() throws {
        let root = try #require(Users.account("root"))
        #expect(root.uid == 0)
        #expect(root.gid == 0)
        #expect(root.groups.contains(0))
        #expect(root.home == "/root")
        #expect(Users.account("0") == root)
        #expect(Users.account(uid: 0) == root)
        #expect(Users.groupID("root") == 0)
        #expect(Users.groupID("0") == 0)
    }

    @Test func aNumberNeedsNoEntryButANameDoes() throws {
        let stranger = try #require(Users.account("54321"))
        #expect(stranger == Users.account(uid: 54321))
        #expect(stranger.name == "54321")
        #expect(stranger.gid == 54321)
        #expect(stranger.home == "/")
        #expect(Users.groupID("54321") == 54321)
        #expect(Users.account("no-such-user") == nil)
        #expect(Users.account("-1") == nil)
        #expect(Users.account("") == nil)
        #expect(Users.groupID("no-such-group") == nil)
    }
}
