#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The demo's Gateway: small, but real. Node 18 or later, no packages.
//
//     POST /v1/chat    {"prompt": "…", "seconds": 20, "from": 0}: streams words as server-sent events, the first one
//                      being number `from` of the answer
//     GET  /startupz   503 and how far it is, then 200 {"status":"started"}
//     GET  /healthz    200 as long as the event loop turns
//     GET  /readyz     503 while it drains or its plugin is away
//
// It has a child of its own, the plugin, that it starts again when it dies. On SIGTERM it takes no new work, finishes
// its streams (for at most GATEWAY_DRAIN_SECONDS, 10), and exits 0. It logs JSON lines to stdout.

import { fork } from "node:child_process";
import http from "node:http";
import { fileURLToPath } from "node:url";

const port = Number(process.env.GATEWAY_PORT ?? 18789);
const drainSeconds = Number(process.env.GATEWAY_DRAIN_SECONDS ?? 10);
const wordsPerSecond = 20;
const streamSecondsMax = 600;
const bodyBytesMax = 65536;

let step = "listening"; // of the start; "started" at its end
let draining = false;
const streams = new Set();
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function log(level, message, facts = {}) {
  process.stdout.write(JSON.stringify({ at: new Date().toISOString(), level, message, ...facts }) + "\n");
}

// --- The plugin

let plugin;
let questions = new Map();
let questionCount = 0;

function startPlugin() {
  const child = fork(fileURLToPath(new URL("plugin.mjs", import.meta.url)));
  child.on("message", ({ id, word }) => {
    questions.get(id)?.(word);
    questions.delete(id);
  });
  child.once("spawn", () => {
    plugin = child;
    log("info", "the plugin runs", { pid: child.pid });
  });
  child.once("exit", (code, signal) => {
    plugin = undefined;
    for (const answer of questions.values()) answer(undefined);
    questions = new Map();
    if (draining) return;
    log("warn", "the plugin ended and is started again", { code, signal });
    setTimeout(startPlugin, 500);
  });
}

/** The word at `index` of the answer to `prompt`; waits for a plugin while there is none. */
async function ask(prompt, index) {
  for (;;) {
    const word = await new Promise((done) => {
      if (!plugin?.connected) return done(undefined);
      questions.set(++questionCount, done);
      plugin.send({ id: questionCount, prompt, index }, () => {});
    });
    if (word !== undefined) return word;
    await sleep(100);
  }
}

// --- Chats

/** What is asked, checked; throws text for the asker. */
async function readQuestion(request) {
  let body = "";
  for await (const part of request) {
    body += part;
    if (body.length > bodyBytesMax) throw `more than ${bodyBytesMax} bytes`;
  }
  let question;
  try {
    question = JSON.parse(body);
  } catch {
    throw "the body is no JSON";
  }
  const { prompt, seconds = 20, from = 0 } = question ?? {};
  if (typeof prompt !== "string") throw "prompt is missing (write a string)";
  if (!(seconds > 0 && seconds <= streamSecondsMax)) throw `seconds is out of range (up to ${streamSecondsMax})`;
  if (!(Number.isInteger(from) && from >= 0)) throw "from is no number of a word";
  return { prompt, seconds, from };
}

async function chat(request, response) {
  const inTheWay = draining ? "draining" : step !== "started" && step;
  if (inTheWay) return answer(response, 503, { error: inTheWay }, { "retry-after": "1" });
  let question;
  try {
    question = await readQuestion(request);
  } catch (error) {
    return answer(response, 400, { error: String(error) });
  }
  streams.add(response);
  response.on("close", () => streams.delete(response));
  log("info", "a stream begins", question);
  await stream(response, question);
}

async function stream(response, { prompt, seconds, from }) {
  const count = Math.round(seconds * wordsPerSecond);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  for (let index = from; index < count; index++) {
    const word = await ask(prompt, index);
    if (response.destroyed) return log("info", "a stream was left", { prompt, words: index });
    response.write(`data: ${JSON.stringify({ index, word })}\n\n`);
    await sleep(1000 / wordsPerSecond);
  }
  response.end("data: [DONE]\n\n");
  log("info", "a stream is complete", { prompt, words: count });
}

// --- HTTP

function answer(response, code, body, headers = {}) {
  response.writeHead(code, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body) + "\n");
}

function serve(request, response) {
  const path = request.url.split("?")[0];
  const started = step === "started";
  if (path === "/v1/chat" && request.method === "POST") {
    chat(request, response).catch((error) => {
      log("error", "a chat failed", { error: String(error) });
      response.destroy();
    });
  } else if (path === "/startupz") {
    answer(response, started ? 200 : 503, { status: step });
  } else if (path === "/healthz") {
    answer(response, 200, { ok: true, status: "live" });
  } else if (path === "/readyz") {
    const failing = [draining && "draining", !started && step, !plugin && "plugin"].filter(Boolean);
    answer(response, failing.length ? 503 : 200, { ready: !failing.length, failing, streams: streams.size });
  } else {
    answer(response, 404, { error: `there is no ${request.method} ${path}` });
  }
}

// --- From start to end

async function drain(signal) {
  if (draining) process.exit(1);
  draining = true;
  log("info", "draining", { signal, streams: streams.size });
  const end = Date.now() + drainSeconds * 1000;
  while (streams.size > 0 && Date.now() < end) await sleep(50);
  log("info", "stopped", { cut: streams.size });
  plugin?.kill();
  process.exit(0);
}

process.title = "demo-gateway";
process.on("SIGTERM", drain).on("SIGINT", drain);
const server = http.createServer(serve);
await new Promise((done, failed) => server.once("error", failed).listen(port, "127.0.0.1", done));
log("info", "listening", { port, pid: process.pid, node: process.version });
// What a real Gateway does now: configuration, sessions, channels.
for (const next of ["reading sessions", "opening channels", "starting the plugin"]) {
  step = next;
  log("info", step);
  await sleep(500);
}
startPlugin();
step = "started";
log("info", "started", { seconds: process.uptime() });
