// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

extension LogReader {
    /// A part of a file that is wanted as a whole.
    struct Piece {
        let file: LogFileReader
        let range: Range<Int64>
        /// The end of the log, where more may come: what has no newline there is no line yet.
        let isOpenEnd: Bool

        /// What of it stands behind `start`.
        func from(_ start: Int64) -> Piece {
            let lower = min(max(range.lowerBound, start), range.upperBound)
            return Piece(file: file, range: lower..<range.upperBound, isOpenEnd: isOpenEnd)
        }
    }

    /// The parts of a log's files that one launch wrote, or all there is.
    struct Pieces {
        private let files: [LogFileReader]
        private let launch: UInt64?

        init(_ files: [LogFileReader], of launch: UInt64?) {
            self.files = files
            self.launch = launch
        }

        /// Those of one file, in their order.
        func ofFile(_ index: Int) throws(SystemError) -> [Piece] {
            guard mayBe(in: index) else { return [] }
            let file = files[index]
            let size = try file.size()
            return try file.parts(of: launch).map { range in
                Piece(file: file, range: range, isOpenEnd: index == files.count - 1 && range.upperBound == size)
            }
        }

        /// Those of all files, the newest first; a file is opened when it is its turn.
        func newestFirst() -> some Sequence<Piece> {
            // Of what cannot be opened the rest is shown all the same.
            files.indices.reversed().lazy.flatMap { index in ((try? ofFile(index)) ?? []).reversed() }
        }

        /// Launches write one after the other: whether this one's turn may have been while the file was written.
        private func mayBe(in index: Int) -> Bool {
            guard let launch else { return true }
            if let first = files[index].firstLaunch(), first > launch { return false }
            guard index + 1 < files.count, let next = files[index + 1].firstLaunch() else { return true }
            return next >= launch
        }
    }
}
