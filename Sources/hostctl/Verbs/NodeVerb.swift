// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl node ACTION [NODE]`
enum NodeVerb {
    static let verb = Verb(
        name: "node",
        operands: [
            Operand(kind: .oneOf(["list", "pin"]), counts: 1...1), Operand(kind: .node, counts: 0...1),
        ],
        summary: "the Nodes of this host: which there are, and which one services run on",
        details: [
            "`node list` finds the installed Nodes below node.roots and in hostd's own store, asks each that is new "
                + "what it is, and marks those that are pinned.",
            "`node pin` resolves what the configuration says (node.version, and the node of each service) to installed "
                + "Nodes and writes node.lock beside hostd.toml. `node pin NODE` pins that one for the services with "
                + "node = true: a version (22.12.0), the newest of several (22, 22.12, lts, lts/jod), or what a file "
                + "says (.nvmrc, .node-version, .tool-versions, package.json). What is pinned changes only by this.",
            "Both work without hostd; one that runs looks at the new lock at once. Services that run go on with the "
                + "Node that they have until their next start.",
            "--json prints {\"nodes\": [{\"version\", \"path\", \"sha256\", \"abi\", \"platform\", \"architecture\", "
                + "\"libc\", \"lts\", \"sqlite\", \"pinned_as\": [], \"error\"}]}, or {\"pins\": [{\"spec\", "
                + "\"version\", \"path\", …}]}.",
        ],
        sample: [
            "$ hostctl node list",
            "  VERSION  ABI  LIBC   SQLITE  LTS      PINNED AS  PATH",
            "  24.16.0  137  glibc  3.50.4  krypton  default    /var/lib/hostd/node/v24.16.0/bin/node",
            "  20.18.0  115  glibc  -       iron     -          /usr/bin/node",
            "$ hostctl node pin",
            "24: 24.16.0, /var/lib/hostd/node/v24.16.0/bin/node",
        ],
        examples: [
            .init("hostctl node list", "which Nodes there are"),
            .init("hostctl node pin 22", "the newest installed 22, from now on"),
            .init("hostctl node pin", "what the configuration says, resolved anew"),
        ],
        exitCodes: [
            .failed: "no installed Node is what is wanted", .notPermitted: "node.lock may not be written",
            .badFile: "the configuration or node.lock is wrong",
        ],
        asksHostd: false,
        run: { session throws(Failure) in
            let words = session.request.words
            switch words.first {
            case "list" where words.count == 1: return try NodeListing.run(session)
            case "list": throw .usage("\"\(words[1])\" is too much: node list takes nothing further")
            case "pin": return try NodePinning.run(session, words.count > 1 ? words[1] : nil)
            default: throw .usage("\"\(words.first ?? "")\" is nothing that node does (list or pin)")
            }
        })
}
