#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Stand-ins for the programs that presets are for: they start, answer, stop and exit like those. Node 18 or later.
//
//     node programs.mjs openclaw gateway --port N
//     node programs.mjs openclaw gateway restart-handoff consume --expected-pid PID --json
//     node programs.mjs litellm --config FILE --host HOST --port N
//     node programs.mjs hermes gateway run
//     node programs.mjs nanobot gateway --foreground --port N
//
// STAND_IN_DIR is a folder for what they leave: "log" gets a line for each thing that happens. Times are in ms.
//
// openclaw   STAND_IN_START   /startupz says 503 so long (300)       STAND_IN_OLD=1    /startupz is 404, as in older builds
//            STAND_IN_DRAIN   from SIGTERM to the exit (0)           STAND_IN_MUTE=1   /readyz says 503
//            STAND_IN_CONFIG=bad   exit 78                           POST /restart     hands over and exits 0
// litellm    GET /stream answers in pieces for STAND_IN_STREAM ms (1000)

import fs from "node:fs";
import http from "node:http";

const [program, ...words] = process.argv.slice(2);
const option = (name) => words[words.indexOf("--" + name) + 1];
const dir = process.env.STAND_IN_DIR;
const number = (name, usual) => Number(process.env["STAND_IN_" + name] ?? usual);
const begun = Date.now();

function note(text) {
  fs.appendFileSync(dir + "/log", `${process.pid} ${text}\n`);
}

function exit(code) {
  note(`exit ${code}`);
  process.exit(code);
}

function serve(port, answer) {
  const server = http.createServer((request, response) => {
    const give = (code, body) => {
      response.writeHead(code, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    answer(request.method + " " + new URL(request.url, "http://x").pathname, give, response);
  });
  return server.listen(Number(port), "127.0.0.1", () => note("listening"));
}

const handoff = dir + "/handoff.json";

/** The hand-off is a row that is there for 60 s and consumed once. */
function consume() {
  const say = (status, reason) => {
    note(`consumed ${status}`);
    console.log(JSON.stringify({ status, reason }));
  };
  if (!fs.existsSync(handoff)) return say("none", "missing");
  const row = JSON.parse(fs.readFileSync(handoff));
  fs.unlinkSync(handoff);
  if (Date.now() - row.at > 60_000) return say("rejected", "expired");
  if (String(row.pid) !== option("expected-pid")) return say("rejected", "pid-mismatch");
  return say("accepted");
}

function openclaw() {
  if (words[1] === "restart-handoff") return consume();
  note(`start mode=${process.env.OPENCLAW_SUPERVISOR_MODE} repair=${process.env.OPENCLAW_SERVICE_REPAIR_POLICY}`);
  if (process.env.STAND_IN_CONFIG === "bad") {
    console.error("gateway.mode is not set");
    exit(78);
  }
  serve(option("port"), (what, give) => {
    const started = Date.now() - begun >= number("START", 300);
    if (what === "GET /healthz") return give(200, { ok: true, status: "live" });
    if (what === "GET /startupz" && !process.env.STAND_IN_OLD) {
      return give(started ? 200 : 503, { status: started ? "started" : "starting" });
    }
    if (what === "GET /readyz") return give(process.env.STAND_IN_MUTE ? 503 : 200, {});
    if (what !== "POST /restart") return give(404, {});
    fs.writeFileSync(handoff, JSON.stringify({ pid: process.pid, at: Date.now() }));
    give(200, {});
    setTimeout(() => exit(0), 50);
  });
  process.on("SIGTERM", () => {
    note("SIGTERM");
    setTimeout(() => exit(0), number("DRAIN", 0));
  });
}

function litellm() {
  note("start");
  if (!fs.existsSync(option("config"))) {
    console.error(`no such file: ${option("config")}`);
    exit(1);
  }
  setTimeout(() => {
    const server = serve(option("port"), (what, give, response) => {
      if (what === "GET /health/liveliness") return give(200, '"I\'m alive!"');
      if (what === "GET /health/readiness") return give(200, { status: "connected", db: "Not connected" });
      if (what === "GET /health") note("paid call");
      if (what !== "GET /stream") return give(404, {});
      response.writeHead(200);
      response.write("first\n");
      setTimeout(() => response.end("last\n"), number("STREAM", 1000));
    });
    server.on("error", () => exit(3));
    process.on("SIGTERM", () => {
      note("SIGTERM");
      server.close(() => {
        note("drained");
        process.removeAllListeners("SIGTERM");
        process.kill(process.pid, "SIGTERM");
      });
    });
  }, 300);
}

function hermes() {
  for (const [signal, code] of [["SIGTERM", 1], ["SIGINT", 0], ["SIGUSR1", 75]]) {
    process.on(signal, () => {
      note(signal);
      exit(code);
    });
  }
  // Not before: until then SIGUSR1 opens Node's inspector.
  note("start");
  setInterval(() => {}, 1 << 30);
}

function nanobot() {
  note("start");
  serve(option("port"), (what, give) =>
    what === "GET /health" ? give(200, { status: "ok", ready: true }) : give(404, {}),
  );
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.on(signal, () => {
      note(signal);
      exit(0);
    });
  }
}

({ openclaw, litellm, hermes, nanobot })[program]();
