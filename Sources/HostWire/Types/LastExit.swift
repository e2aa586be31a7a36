// SPDX-License-Identifier: Apache-2.0

/// How the main process of an instance ended.
public struct LastExit: Hashable, Sendable {
    /// Its exit code; nil when a signal ended it or nobody saw its end.
    public var code: Int32?
    /// The number of the signal that ended it.
    public var signal: Int32?
    /// When.
    public var at: WallTime
    /// In words, with the last line it wrote: "exit 1 after 0.4 s, last line: …".
    public var text: String

    /// An end.
    public init(code: Int32?, signal: Int32?, at: WallTime, text: String = "") {
        self.code = code
        self.signal = signal
        self.at = at
        self.text = text
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        code = try fields.optionalInteger("code")
        signal = try fields.optionalInteger("signal")
        at = try fields.time("at")
        text = try fields.optionalText("text") ?? ""
    }

    var json: JSON {
        ["code": JSON(code), "signal": JSON(signal), "at": .string(at.text), "text": .string(text)]
    }
}
