// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit

/// A mail server that speaks TLS and takes mail from who has a password, by the name `mail.test`.
final class SecureMailServer {
    /// When it speaks TLS.
    enum Security: String {
        /// From the start.
        case tls
        /// When it is asked to.
        case starttls
        /// Never.
        case none
    }

    let port: UInt16
    private let folder: String
    private let pidfd: Descriptor

    /// Where its certificate is.
    var certificate: String { folder + "/cert.pem" }

    init(_ security: Security, in folder: String) throws {
        self.folder = folder
        let arguments = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail.test", "-addext",
            "subjectAltName=DNS:mail.test", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem",
        ]
        let output = try Descriptor(opening: folder + "/openssl", O_WRONLY | O_CREAT)
        let made = try Processes.spawn(
            "/usr/bin/openssl", arguments, environment: ["PATH=/usr/bin"], output: output.raw)
        let end = made.takeDescriptor()
        guard Poll.readable(end.raw, milliseconds: 60_000), end.reapChild() == .ended(0) else {
            throw TimedOut(event: "a certificate")
        }
        try Files.replace(folder + "/server.py", with: Self.code.utf8)
        let process = try Processes.spawn(
            "/usr/bin/env", ["python3", folder + "/server.py", security.rawValue, folder],
            environment: [getenv("PATH").map { "PATH=" + String(cString: $0) } ?? "PATH=/usr/bin:/bin"])
        pidfd = process.takeDescriptor()
        port = try waitFor("the port of the mail server") {
            (try? Files.readText(folder + "/port")).flatMap { UInt16($0) }
        }
    }

    deinit {
        Processes.signal(pidfd, SIGKILL)
        _ = pidfd.reapChild()
    }

    /// What it heard, line by line; "TLS" where that began.
    var heard: [String] {
        ((try? Files.readText(folder + "/heard", limit: 1 << 20)) ?? "").split(separator: "\n").map(String.init)
    }

    private static let code = """
        import os, socket, ssl, sys
        security, folder = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
        listener = socket.create_server(("127.0.0.1", 0))
        heard = open(folder + "/heard", "a", buffering=1)
        with open(folder + "/port.new", "w") as file:
            file.write(str(listener.getsockname()[1]))
        os.rename(folder + "/port.new", folder + "/port")

        def secured(connection):
            connection = context.wrap_socket(connection, server_side=True)
            print("TLS", file=heard)
            return connection

        def serve(connection):
            is_secure = security == "tls"
            if is_secure:
                connection = secured(connection)
            reader = connection.makefile("rb")
            say = lambda text: connection.sendall(text.encode() + b"\\r\\n")
            say("220 mail.test")
            while line := reader.readline().decode().rstrip():
                print(line, file=heard)
                word = line.split(" ")[0].upper()
                if word == "EHLO":
                    can_start = security == "starttls" and not is_secure
                    say("250-mail.test\\r\\n" + ("250-STARTTLS\\r\\n" if can_start else "") + "250 AUTH PLAIN")
                elif word == "STARTTLS":
                    say("220 go on")
                    connection = secured(connection)
                    reader = connection.makefile("rb")
                    is_secure = True
                elif word == "AUTH":
                    if len(line.split(" ")) == 2:
                        say("334 ")
                        print(reader.readline().decode().rstrip(), file=heard)
                    say("235 fine")
                elif word == "DATA":
                    say("354 go on")
                    while (text := reader.readline().decode().rstrip("\\r\\n")) != ".":
                        print(text, file=heard)
                    say("250 taken")
                elif word == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 fine")

        while True:
            connection, _ = listener.accept()
            try:
                serve(connection)
            except OSError as error:
                print("failed:", error, file=heard)
            connection.close()
        """
}
