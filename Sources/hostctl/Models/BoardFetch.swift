// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostInstall
internal import HostLinux
internal import HostWire

/// Gets a ranking: from a file, or over the network.
struct BoardFetch {
    /// Where the ranking is had from that most people mean.
    static let usualURL = "https://openrouter.ai/api/v1/datasets/rankings-daily"

    private static let keyLimitBytes = 4096

    /// The rankings, the newest last.
    static func run(_ session: Session, _ policy: BoardPolicy) throws(Failure) -> [BoardSnapshot] {
        let today = BoardDay(number: session.now.milliseconds / 86_400_000)
        let (bytes, place) = try content(session, policy)
        do throws(JSONError) {
            return try BoardReader.read(bytes, source: place, today: today)
        } catch {
            throw Failure(.failed, "\(place): \(CleanText.of("\(error)"))")
        }
    }

    private static func content(
        _ session: Session, _ policy: BoardPolicy
    ) throws(Failure) -> (bytes: [UInt8], place: String) {
        if let file = session.request.value(.boardFile) {
            guard session.request.value(.boardURL) == nil else {
                throw .usage("--file and --url both say where the ranking is (give one of them)")
            }
            do throws(SystemError) {
                let path = file == "-" ? "/dev/stdin" : file
                return (try Files.read(path, limit: BoardReader.limitBytes), file == "-" ? "stdin" : file)
            } catch {
                let hint = error.code == 27 ? " (at most \(BoardReader.limitBytes >> 20) MiB)" : ""
                throw Failure(.badFile, "cannot read \(file): \(errorText(error.code))\(hint)")
            }
        }
        let url = session.request.value(.boardURL) ?? policy.policy?.board.url ?? usualURL
        guard let host = host(of: url) else {
            throw .usage("\"\(CleanText.of(url))\" is no address (write one like \(usualURL))")
        }
        let token = try policy.policy?.board.keyFile.map { (path) throws(Failure) in try key(path) }
        let isSafe = url.lowercased().hasPrefix("https://") || ["127.0.0.1", "[::1]", "localhost"].contains(host.name)
        guard token == nil || isSafe else {
            throw .usage("\(url) would show the key of board.key_file to everybody on the way (write https)")
        }
        let trust = Mirror.Trust(
            file: Places.variable("CURL_CA_BUNDLE") ?? Places.variable("SSL_CERT_FILE"),
            folder: Places.variable("SSL_CERT_DIR"))
        let document = WebDocument(
            url, token: token, patience: try session.request.time(.timeout) ?? .seconds(30), trust: trust)
        do throws(InstallError) {
            return (try document.bytes(limitBytes: BoardReader.limitBytes), host.text)
        } catch {
            let hint = token == nil && url == usualURL ? "; board.key_file in models.toml names the file of a key" : ""
            throw Failure(error.code, CleanText.of(error.description) + hint)
        }
    }

    /// The host of an address, with its port and without.
    private static func host(of url: String) -> (name: String, text: String)? {
        let lower = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }),
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        let text = String(lower.dropFirst(scheme.utf8.count).prefix { !"/?#".contains($0) })
        guard !text.isEmpty, !text.contains("@") else { return nil }
        if text.hasPrefix("[") { return (String(text.prefix { $0 != "]" }) + "]", text) }
        return (String(text.prefix { $0 != ":" }), text)
    }

    private static func key(_ path: String) throws(Failure) -> String {
        let text: String
        do throws(SystemError) {
            text = try Files.readText(path, limit: keyLimitBytes)
        } catch {
            throw Failure(error.code == 13 ? .notPermitted : .badFile, "board.key_file: \(error)")
        }
        let key = String(text.prefix { !$0.isNewline })
        guard !key.isEmpty, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Failure(.badFile, "board.key_file: \(path) holds no key (one line of visible ASCII characters)")
        }
        return key
    }
}
