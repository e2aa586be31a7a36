#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// A gateway that fails on demand, for the end-to-end tests. Node 18 or later, no packages.
//
// A mode is a name with a value. It is given in one of three ways, of which the later ones win:
//
//     environment      FIXTURE_START_AFTER=2000
//     argument         --start-after=2000
//     while it runs    POST /control?ready=no&say=hello        (answered with 200 before it is done)
//
// Times are in milliseconds; flags are "yes" and "no".
//
// Seeing what happened
//     report=PATH            one line of JSON is appended for each event, with "event", "pid" and "at_ms" (Unix time):
//                              start     ppid, argv (without node and script), env, cwd, uid, gid: one for each launch
//                              listening port
//                              child     child (its pid), kind
//                              signal    signal
//                              lines     count: all numbered lines were handed to the kernel (writer=sync)
//                              exit      code: about to exit by its own will
// Serving
//     port=N                 listens on 127.0.0.1:N (0: any, see "listening"); without it there is no server
//     listen-after=MS        begins to listen only then
//     GET /startupz          503 until started, then 200 {"status":"started"}
//     GET /healthz, /readyz  200 or 503
//     GET /report            what the "start" event says
//     start-after=MS         /startupz says 503 so long, counted from the launch
//     progress=yes           until then its body differs from answer to answer (a start that reports progress)
//     startup, live, ready   = yes|no: what the three say from now on (the default is yes)
//     answer-after=MS        each answer but that of /control comes so late
// Failing
//     hang=yes               the event loop spins for ever: the port accepts, nothing answers, SIGTERM does nothing
//     hang-after=MS          … only then (needed at the launch, or it never comes to listen)
//     exit=CODE              exits with CODE, at once or …
//     exit-after=MS          … then
//     crash=HOW              throw (uncaught, exit 1), abort (SIGABRT) or kill (SIGKILL to itself), at once or …
//     crash-after=MS         … then
//     last-line=TEXT         printed immediately before any of these ends, and before the end by SIGTERM
//     memory=MIB             takes so much memory more and touches it
// Stopping
//     ignore=NAME,NAME       these signals have no effect (SIGTERM, SIGINT, SIGHUP, SIGUSR2); they are reported
//     stop-after=MS          from SIGTERM or SIGINT to the exit
//     stop-exit=CODE         the exit code of that (0)
// Children (they sleep for ten minutes at most)
//     children=KIND,KIND     starts one of each; a KIND is any of these joined by "+":
//                              plain     a child like any other, its output goes to /dev/null
//                              detached  leads a session of its own
//                              double    forked twice: its parent is gone, it leads a session of its own
//                              holder    holds stdout and stderr open
//                              stubborn  ignores SIGTERM
//                              nameless  its environment is empty
// Output
//     say=TEXT               prints a line
//     lines=COUNT            prints "line 1", "line 2", …, "line COUNT", as fast as it can or …
//     rate=N                 … so many in a second
//     line-bytes=N           each line is filled up with dots to so many bytes, its end included
//     stream=out|err|both    where to; both: odd numbers to stdout, even ones to stderr
//     writer=sync|stream     sync (the default) waits for the pipe and loses nothing; stream is process.stdout.write,
//                            which queues in the heap and loses the queue at exit: what most programs do

import { spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";

const mode = { live: "yes", ready: "yes", startup: "yes" };
for (const [name, value] of Object.entries(process.env)) {
  if (name.startsWith("FIXTURE_")) mode[name.slice(8).toLowerCase().replaceAll("_", "-")] = value;
}
for (const argument of process.argv.slice(2)) {
  const [, name, value] = /^--([a-z-]+)=(.*)$/s.exec(argument) ?? [];
  if (name) mode[name] = value;
}

const begun = Date.now();
const self = {
  ppid: process.ppid,
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  uid: process.getuid(),
  gid: process.getgid(),
};

function report(event, facts = {}) {
  if (!mode.report) return;
  const line = JSON.stringify({ event, pid: process.pid, at_ms: Date.now(), ...facts });
  fs.appendFileSync(mode.report, line + "\n", { mode: 0o600 });
}

// --- Output

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of `text`, waiting for room where the descriptor does not wait by itself. */
function writeAll(descriptor, text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(descriptor, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

function write(descriptor, text) {
  if (mode.writer === "stream") (descriptor === 1 ? process.stdout : process.stderr).write(text);
  else writeAll(descriptor, text);
}

function printLines(count) {
  const perSecond = Number(mode.rate ?? 0);
  const first = Date.now();
  let printed = 0;
  const line = (number) => `line ${number}`.padEnd(Number(mode["line-bytes"] ?? 0) - 1, ".") + "\n";
  const step = () => {
    const due = perSecond > 0 ? Math.floor(((Date.now() - first) * perSecond) / 1000) : printed + 1000;
    const last = Math.min(count, due);
    let batch = "";
    while (printed < last) {
      printed += 1;
      if (mode.stream === "both") write(printed % 2 ? 1 : 2, line(printed));
      else batch += line(printed);
    }
    if (batch) write(mode.stream === "err" ? 2 : 1, batch);
    if (printed === count) report("lines", { count });
    else if (perSecond > 0) setTimeout(step, 5);
    else setImmediate(step);
  };
  step();
}

// --- Ends

function lastLine() {
  if (mode["last-line"] !== undefined) writeAll(1, mode["last-line"] + "\n");
}

function exit(code) {
  report("exit", { code });
  lastLine();
  process.exit(code);
}

function crash(how) {
  lastLine();
  if (how === "abort") process.abort();
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  throw new Error("crash=throw was asked for");
}

function hang() {
  for (;;);
}

let stopping = false;
for (const name of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"]) {
  process.on(name, () => {
    report("signal", { signal: name });
    if ((mode.ignore ?? "").split(",").includes(name)) return;
    if (stopping || (name !== "SIGTERM" && name !== "SIGINT")) return;
    stopping = true;
    setTimeout(() => exit(Number(mode["stop-exit"] ?? 0)), Number(mode["stop-after"] ?? 0));
  });
}

// --- Children

function startChild(kind) {
  const traits = kind.split("+");
  const has = (trait) => traits.includes(trait);
  const ignoring = has("stubborn") ? "trap '' TERM; " : "";
  const clean = has("nameless") ? "env -i " : "";
  // Descriptor 3 tells its pid. A shell that waited would stand between; exec leaves one process of each.
  const body = `${ignoring}echo $$ >&3; exec 3>&-; exec ${clean}sleep 600`;
  const script = has("double") ? `setsid sh -c "$BODY" & exit 0` : body;
  const output = has("holder") ? "inherit" : "ignore";
  const child = spawn("/bin/sh", ["-c", script], {
    detached: has("detached"),
    env: { ...process.env, BODY: body },
    stdio: ["ignore", output, output, "pipe"],
  });
  child.stdio[3].once("data", (bytes) => report("child", { child: Number(bytes.toString()), kind }));
  child.unref();
  child.stdio[3].unref();
}

// --- Modes that do something

const memory = [];

const actions = {
  say: (text) => write(1, text + "\n"),
  lines: (count) => printLines(Number(count)),
  children: (kinds) => kinds.split(",").forEach(startChild),
  memory: (mebibytes) => memory.push(Buffer.alloc(Number(mebibytes) << 20, 1)),
  hang: (flag) => flag === "yes" && later("hang-after", hang),
  exit: (code) => later("exit-after", () => exit(Number(code))),
  crash: (how) => later("crash-after", () => crash(how)),
};

function later(name, action) {
  if (mode[name] === undefined) action();
  else setTimeout(action, Number(mode[name]));
}

function act(modes) {
  for (const name of Object.keys(actions)) {
    if (modes[name] !== undefined) actions[name](modes[name]);
  }
}

// --- Serving

let answers = 0;

function state(path) {
  const well = (flag) => (flag === "yes" ? 200 : 503);
  if (path === "/healthz") return [well(mode.live), { ok: mode.live === "yes", status: "live" }];
  if (path === "/readyz") return [well(mode.ready), { ready: mode.ready === "yes" }];
  if (path === "/report") return [200, { pid: process.pid, ...self }];
  if (path !== "/startupz") return [404, { error: `no ${path} here` }];
  const waited = Date.now() - begun;
  if (mode.startup === "yes" && waited >= Number(mode["start-after"] ?? 0)) return [200, { status: "started" }];
  return [503, { status: "starting", step: mode.progress === "yes" ? ++answers : 0 }];
}

function serve(request, response) {
  const url = new URL(request.url, "http://127.0.0.1");
  const answer = (code, body) => {
    response.writeHead(code, { "content-type": "application/json" });
    response.end(JSON.stringify(body) + "\n");
  };
  if (url.pathname === "/control" && request.method === "POST") {
    const modes = Object.fromEntries(url.searchParams);
    Object.assign(mode, modes);
    response.on("finish", () => setTimeout(() => act(modes), 5));
    return answer(200, modes);
  }
  setTimeout(() => answer(...state(url.pathname)), Number(mode["answer-after"] ?? 0));
}

report("start", self);
if (mode.port !== undefined) {
  const server = http.createServer(serve);
  setTimeout(() => {
    server.listen(Number(mode.port), "127.0.0.1", () => report("listening", { port: server.address().port }));
  }, Number(mode["listen-after"] ?? 0));
} else {
  // A timer keeps it alive where no server does.
  setInterval(() => {}, 1 << 30);
}
act(mode);
