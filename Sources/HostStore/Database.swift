// SPDX-License-Identifier: Apache-2.0

internal import CSQLite
internal import HostLinux

/// What SQLite refused to do, in words.
public nonisolated struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// SQLite's result code; 0 when the trouble is elsewhere.
    public let code: Int32
    /// What is wrong, with the path.
    public let description: String

    /// The file is no database, or a damaged one: waiting does not mend it.
    var isCorrupt: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }
}

/// The one connection to the store's file. Lives on the Worker's store lane; every call blocks.
nonisolated final class Database {
    private var handle: OpaquePointer?
    let path: String

    /// Opens the file, makes it when missing, and brings its schema up to date.
    init(path: String) throws(StoreError) {
        self.path = path
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI
        try succeed(sqlite3_open_v2(path, &handle, flags, nil))
        sqlite3_busy_timeout(handle, 2000)
        sqlite3_extended_result_codes(handle, 0)
        try run("PRAGMA journal_mode=WAL")
        try run("PRAGMA synchronous=FULL")
        try run("PRAGMA journal_size_limit=16777216")
        try run("PRAGMA cache_size=-256")
        try checkIntegrity()
        try Schema.migrate(self)
    }

    deinit {
        close()
    }

    /// Nothing more is asked of it; what is in its log goes into the file.
    func close() {
        sqlite3_close_v2(handle)
        handle = nil
    }

    /// Runs statements that give no rows that matter.
    func run(_ sql: String) throws(StoreError) {
        try succeed(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// Runs one statement with values; `row` is called for each row.
    func run(_ sql: String, _ values: [SQLValue], row: (Row) -> Void = { _ in }) throws(StoreError) {
        var statement: OpaquePointer?
        try succeed(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
        defer { sqlite3_finalize(statement) }
        for (index, value) in values.enumerated() {
            try succeed(value.bind(statement, Int32(index + 1)))
        }
        while true {
            let result = sqlite3_step(statement)
            if result == SQLITE_DONE { return }
            guard result == SQLITE_ROW else { return try succeed(result) }
            row(Row(statement: statement))
        }
    }

    /// The first column of the first row of a result; nil when there is none.
    func integer(_ sql: String, _ values: [SQLValue] = []) throws(StoreError) -> Int64? {
        var found: Int64?
        try run(sql, values) { found = found ?? $0.integer(0) }
        return found
    }

    /// The number of the row that was inserted last.
    var lastInsertedID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs `body` in a transaction; an error takes all of it back.
    func transaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        try run("BEGIN IMMEDIATE")
        do throws(StoreError) {
            try body()
            try run("COMMIT")
        } catch {
            try? run("ROLLBACK")
            throw error
        }
    }

    private func checkIntegrity() throws(StoreError) {
        var verdict = ""
        try run("PRAGMA quick_check(1)", []) { verdict = $0.text(0) ?? "" }
        verdict = verdict.split(separator: "\n").joined(separator: " ")
        guard verdict == "ok" else { throw StoreError(code: SQLITE_CORRUPT, description: "\(path): \(verdict)") }
    }

    private func succeed(_ result: Int32) throws(StoreError) {
        guard result != SQLITE_OK else { return }
        let text = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(result))
        throw StoreError(code: result, description: "\(path): \(text)")
    }
}

/// A value for a statement's parameter.
nonisolated enum SQLValue {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)

    static func optional(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }

    static func optional(_ number: Int64?) -> SQLValue { number.map { .integer($0) } ?? .null }

    static func optional(_ number: Double?) -> SQLValue { number.map { .real($0) } ?? .null }

    fileprivate func bind(_ statement: OpaquePointer?, _ index: Int32) -> Int32 {
        switch self {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let value): return sqlite3_bind_int64(statement, index, value)
        case .real(let value): return sqlite3_bind_double(statement, index, value)
        case .text(let value):
            // SQLITE_TRANSIENT, which is a macro cast: SQLite makes its own copy.
            let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            return sqlite3_bind_text(statement, index, value, -1, transient)
        }
    }
}

/// One row of a result, valid while it is being handed over.
nonisolated struct Row {
    fileprivate let statement: OpaquePointer?

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func optionalReal(_ column: Int32) -> Double? { isNull(column) ? nil : sqlite3_column_double(statement, column) }

    private func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    /// The bytes of a value's text, also those after a zero; nil when there is none.
    func bytes(_ column: Int32) -> [UInt8]? {
        guard !isNull(column) else { return nil }
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func text(_ column: Int32) -> String? { sqlite3_column_text(statement, column).map { String(cString: $0) } }
}
