// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl node ACTION [NODE]`
enum NodeVerb {
    static let verb = Verb(
        name: "node",
        operands: [
            Operand(kind: .oneOf(["list", "pin", "install", "verify", "remove"]), counts: 1...1),
            Operand(kind: .node, counts: 0...1),
        ],
        summary: "the Nodes of this host: which there are, which one services run on, and further ones",
        details: [
            "`node list` finds the installed Nodes below node.roots and in hostd's own store, asks each that is new "
                + "what it is, and marks those that are pinned.",
            "`node pin` resolves what the configuration says (node.version, and the node of each service) to installed "
                + "Nodes and writes node.lock beside hostd.toml. `node pin NODE` pins that one for the services with "
                + "node = true: a version (22.12.0), the newest of several (22, 22.12, lts, lts/jod), or what a file "
                + "says (.nvmrc, .node-version, .tool-versions, package.json). What is pinned changes only by this.",
            "`node install NODE` downloads it from node.mirror, checks it, and puts it into hostd's own store, or "
                + "changes nothing; without NODE it is what node.version says. A mirror that is silent for 30 "
                + "seconds, or for --timeout, is given up. `node verify` hashes everything that is installed or "
                + "locked. `node remove NODE` takes a version out of the store, unless something uses it.",
            "They work without hostd; one that runs looks at the new lock at once. Services that run go on with the "
                + "Node that they have until their next start.",
            "--json prints {\"nodes\": [{\"version\", \"path\", \"sha256\", \"abi\", \"platform\", \"architecture\", "
                + "\"libc\", \"lts\", \"sqlite\", \"pinned_as\": [], \"error\"}]}, or {\"pins\": [{\"spec\", "
                + "\"version\", \"path\", …}]}; of install {\"version\", \"path\", \"abi\", \"vouched_by\", "
                + "\"installed_now\", …}, of verify {\"ok\", \"nodes\": [{\"version\", \"path\", "
                + "\"known_from\", \"problems\": []}]}, of remove {\"removed\", \"path\"}.",
        ],
        sample: [
            "$ hostctl node list",
            "  VERSION  ABI  LIBC   SQLITE  LTS      PINNED AS  PATH",
            "  24.16.0  137  glibc  3.50.4  krypton  default    /var/lib/hostd/node/v24.16.0/bin/node",
            "  20.18.0  115  glibc  -       iron     -          /usr/bin/node",
            "$ hostctl node pin",
            "24: 24.16.0, /var/lib/hostd/node/v24.16.0/bin/node",
        ],
        options: [.yes],
        examples: [
            .init("hostctl node list", "which Nodes there are"),
            .init("hostctl node pin 22", "the newest installed 22, from now on"),
            .init("hostctl node pin", "what the configuration says, resolved anew"),
            .init("hostctl node install lts", "the newest with long-term support, into hostd's store"),
            .init("hostctl node verify", "whether each is still what was installed and pinned"),
            .init("hostctl node remove 22.12.0", "one that nobody uses any more"),
        ],
        exitCodes: [
            .failed: "no installed Node is what is wanted, one is damaged, in use, or cannot be installed",
            .noSuchName: "the mirror, or the store, has no such Node",
            .notPermitted: "node.lock or the store may not be written",
            .badFile: "the configuration or node.lock is wrong",
        ],
        asksHostd: false,
        run: { session throws(Failure) in
            let words = session.request.words
            switch words.first {
            case "list" where words.count == 1: return try NodeListing.run(session)
            case "list": throw .usage("\"\(words[1])\" is too much: node list takes nothing further")
            case "install": return try NodeInstallation.run(session, words.count > 1 ? words[1] : nil)
            case "verify" where words.count == 1: return try NodeVerification.run(session)
            case "verify": throw .usage("\"\(words[1])\" is too much: node verify takes nothing further")
            case "remove" where words.count > 1: return try NodeRemoval.run(session, words[1])
            case "remove": throw .usage("node remove needs a NODE, like: hostctl node remove 22.12.0")
            case "pin": return try NodePinning.run(session, words.count > 1 ? words[1] : nil)
            default:
                let actions = "list, pin, install, verify or remove"
                throw .usage("\"\(words.first ?? "")\" is nothing that node does (\(actions))")
            }
        })
}
