// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostStore

/// The chain of the audit: nobody changes it without being noticed.
struct AuditTests {
    /// A store with six rows, of which hostd knows only what stands in the file.
    private static func filled() throws -> StoreUnderTest {
        let test = try StoreUnderTest()
        for number in Int64(1)...6 { try test.commit(storedPolicy(number)).get() }
        try test.reopen()
        return test
    }

    private static func tamper(_ test: StoreUnderTest, _ sql: String) {
        let other = OtherConnection(test.path)
        other.run("DROP TRIGGER policy_audit_update; DROP TRIGGER policy_audit_delete")
        other.run(sql)
    }

    @Test func aRowIsNeitherChangedNorRemoved() throws {
        let test = try Self.filled()
        let database = try Database(path: test.path)
        for sql in [
            "UPDATE policy_audit SET why = 'another' WHERE number = 3", "DELETE FROM policy_audit WHERE number = 6",
            "DELETE FROM policy_audit",
        ] {
            let error = #expect(throws: StoreError.self) { try database.run(sql) }
            #expect(error?.description.contains("a row of the audit is never") == true)
        }
        #expect(try test.verification().problem.isEmpty)
    }

    @Test(arguments: AuditChain.columns.dropFirst())
    func aChangeInAnyColumnIsNoticed(column: String) throws {
        let test = try Self.filled()
        let number = ["generation", "wall_ms"].contains(column)
        Self.tamper(
            test,
            "UPDATE policy_audit SET \(column) = \(number ? "\(column) + 1" : "\(column) || '.'") WHERE number = 4")
        #expect(try test.verification().problem == "row 4 is not what its hash says")
    }

    @Test(arguments: [
        // Of two columns that are side by side.
        (
            "UPDATE policy_audit SET origin = 'fi', name = 'le' || name WHERE number = 4",
            "row 4 is not what its hash says"
        ),
        // Also when the line breaks between them move.
        (
            "UPDATE policy_audit SET origin = origin || char(10) || '8:' || name, name = why, why = digest "
                + "WHERE number = 4", "row 4 is not what its hash says"
        ),
        // None is not the same as an empty one, and not as the mark for none.
        ("UPDATE policy_audit SET digest_before = '' WHERE number = 1", "row 1 is not what its hash says"),
        ("UPDATE policy_audit SET digest_before = '-' WHERE number = 1", "row 1 is not what its hash says"),
        // What stands behind a zero is not seen, but is there.
        ("UPDATE policy_audit SET why = why || char(0) || 'x' WHERE number = 4", "row 4 is not what its hash says"),
        ("UPDATE policy_audit SET hash = prev_hash WHERE number = 4", "row 4 is not what its hash says (and 1 more)"),
        (
            "UPDATE policy_audit SET prev_hash = hash WHERE number = 4",
            "row 4 does not follow the row before it: that one, or the link to it, was changed (and 1 more)"
        ),
        ("DELETE FROM policy_audit WHERE number = 1", "row 1 is missing"),
        ("DELETE FROM policy_audit WHERE number BETWEEN 3 AND 4", "rows 3 to 4 are missing"),
        ("DELETE FROM policy_audit WHERE number = 6", "row 6 is missing at the end"),
        ("DELETE FROM policy_audit WHERE number > 2", "rows 3 to 6 are missing at the end"),
        ("DELETE FROM policy_audit", "rows 1 to 6 are missing at the end"),
        ("DELETE FROM documents", "nothing says that row 6 is the newest"),
        (
            "INSERT INTO policy_audit SELECT number + 1, wall_ms, epoch, action, generation, made_by, origin, name, "
                + "why, digest, digest_before, changes, hash, hash FROM policy_audit WHERE number = 6",
            "row 7 is not what its hash says (and 1 more)"
        ),
        // Two rows change places.
        (
            "UPDATE policy_audit SET number = 100 WHERE number = 3; "
                + "UPDATE policy_audit SET number = 3 WHERE number = 4; "
                + "UPDATE policy_audit SET number = 4 WHERE number = 100",
            "row 3 does not follow the row before it: that one, or the link to it, was changed (and 4 more)"
        ),
    ])
    func whateverIsDoneToTheRowsIsNoticed(sql: String, problem: String) throws {
        let test = try Self.filled()
        Self.tamper(test, sql)
        #expect(try test.verification().problem == problem)
    }

    /// All hashes from `number` on as if the rows had been written like this.
    private static func writeAnew(from number: Int64, _ path: String) throws {
        let database = try Database(path: path)
        try database.run("DROP TRIGGER IF EXISTS policy_audit_update")
        var previous = ""
        for number in number...6 {
            var fields: [[UInt8]?] = []
            let columns = AuditChain.columns.joined(separator: ", ")
            try database.run(
                "SELECT \(columns), prev_hash FROM policy_audit WHERE number = ?1", [.integer(number)]
            ) { row in
                fields = (0..<12).map { row.bytes($0) }
                if previous.isEmpty { previous = row.text(12) ?? "" }
            }
            let hash = AuditChain.hash(after: Array(previous.utf8), fields)
            try database.run(
                "UPDATE policy_audit SET prev_hash = ?1, hash = ?2 WHERE number = ?3",
                [.text(previous), .text(hash), .integer(number)])
            previous = hash
        }
    }

    @Test func aChainThatIsWrittenAnewIsNoticedByItsHead() throws {
        let test = try Self.filled()
        Self.tamper(test, "UPDATE policy_audit SET made_by = 'somebody' WHERE number = 2")
        try Self.writeAnew(from: 2, test.path)
        #expect(try test.verification().problem == "row 6 is not the row that hostd wrote")
    }

    @Test func theHostdThatWroteItIsNotToldAnotherHead() throws {
        let test = try StoreUnderTest()
        for number in Int64(1)...6 { try test.commit(storedPolicy(number)).get() }
        Self.tamper(test, "UPDATE policy_audit SET made_by = 'somebody' WHERE number = 2")
        try Self.writeAnew(from: 2, test.path)
        OtherConnection(test.path).run(
            "UPDATE documents SET text = (SELECT number || ' ' || hash FROM policy_audit WHERE number = 6)")
        #expect(try test.verification().problem == "row 6 is not the row that hostd wrote")
    }

    @Test func afterRowsWereRemovedAtTheEndTheGapStaysToBeSeen() throws {
        let test = try Self.filled()
        Self.tamper(test, "DELETE FROM policy_audit WHERE number > 4")
        test.store.append(audit: storedAudit(7))
        try test.flush()
        #expect(try test.rows().map(\.number) == [7, 4, 3, 2, 1])
        #expect(try test.verification().problem == "rows 5 to 6 are missing")
    }

    @Test func numbersThatNobodyCanHaveGivenDoNoHarm() throws {
        let test = try Self.filled()
        Self.tamper(
            test,
            "UPDATE policy_audit SET number = 9223372036854775807 WHERE number = 6; "
                + "UPDATE documents SET text = '9223372036854775807 x'")
        #expect(try test.verification().problem.hasPrefix("rows 6 to 9223372036854775806 are missing"))
        test.store.append(audit: storedAudit(7))
        try test.flush()
        #expect(test.healths.isEmpty)
        #expect(try test.rows().map(\.number) == [6, 5, 4, 3, 2, 1])
    }

    @Test func aLongChainIsWalkedInPortionsBetweenWhichOthersGetTheirTurn() throws {
        let test = try StoreUnderTest()
        for number in Int64(1)...20_000 {
            test.store.append(audit: storedAudit(number))
            if number.isMultiple(of: 5000) { try test.flush() }
        }
        var order: [String] = []
        let found: Result<AuditVerification, StoreError> = try test.answer { then in
            test.store.verifyAudit {
                order.append("verified")
                then($0)
            }
            test.store.policies { _ in
                order.append("others")
            }
        }
        #expect(try found.get().rows == 20_000)
        #expect(try found.get().problem.isEmpty)
        #expect(order == ["others", "verified"])
    }

    @Test func theHashOfARowIsThatOfItsTextAsTheDocumentationHasIt() throws {
        let test = try Self.filled()
        let row = try #require(try test.rows().first { $0.number == 2 })
        let audit = row.audit
        let columns = [
            "2", "\(audit.wallMilliseconds)", "5f0c", "accepted", "2", "ops", "file", "2026-W2", "a note",
            "digest of 2",
            "digest of 1", "tier.agent.model: a → b\nnote: none → it's „better“",
        ]
        let text = row.previousHash + "\n" + columns.map { "\($0.utf8.count):\($0)\n" }.joined()
        #expect(SHA256.hex(of: Array(text.utf8)) == row.hash)
    }
}
