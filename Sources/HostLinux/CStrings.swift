// SPDX-License-Identifier: Apache-2.0

/// Arrays of C strings for exec.
public enum CStrings {
    /// Calls `body` with a NULL-terminated array that is valid during the call.
    public static func with<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var bytes: [CChar] = []
        var offsets: [Int] = []
        for string in strings {
            offsets.append(bytes.count)
            bytes += string.utf8.lazy.map { CChar(bitPattern: $0) }
            bytes.append(0)
        }
        if bytes.isEmpty { bytes = [0] }
        return bytes.withUnsafeMutableBufferPointer { buffer in
            var pointers = offsets.map { buffer.baseAddress?.advanced(by: $0) }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { array in
                guard let base = array.baseAddress else { fatalError("an array that is not empty has an address") }
                return body(base)
            }
        }
    }
}
