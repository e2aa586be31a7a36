#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The demo's agent: works through tasks without end, each a long streaming request to the Gateway. When the stream
// breaks it tries again with growing pauses and goes on at the word where it was, so a Gateway that is killed costs
// seconds, never a task. Node 18 or later, no packages. It logs a line of progress every two seconds.

import http from "node:http";

process.title = "demo-agent";
const gateway = process.env.GATEWAY_URL ?? "http://127.0.0.1:18789";
const taskSeconds = Number(process.env.AGENT_TASK_SECONDS ?? 30);
const progressMs = 2000;
const silenceMs = 10000;
const pauseMs = { first: 250, longest: 2000 };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const log = (text) => process.stdout.write(`${new Date().toISOString()} ${text}\n`);

/** Reads the stream of a task from the word where it is; true when the task is complete. */
async function follow(task) {
  const request = http.request(`${gateway}/v1/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    timeout: silenceMs,
  });
  request.on("timeout", () => request.destroy(new Error(`no word for ${silenceMs / 1000} s`)));
  const answered = new Promise((done, failed) => request.once("response", done).once("error", failed));
  request.end(JSON.stringify({ prompt: task.name, seconds: taskSeconds, from: task.words }));
  const response = await answered;
  if (response.statusCode !== 200) {
    response.resume();
    throw new Error(`the Gateway says ${response.statusCode}`);
  }
  let rest = "";
  for await (const part of response.setEncoding("utf8")) {
    const events = (rest + part).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      if (event === "data: [DONE]") return true;
      task.words = JSON.parse(event.slice("data: ".length)).index + 1;
      task.failures = 0;
    }
    if (Date.now() - task.reportedAt >= progressMs) {
      task.reportedAt = Date.now();
      log(`${task.name}: ${task.words} words`);
    }
  }
  throw new Error("the stream ended early");
}

async function work(name) {
  const task = { name, words: 0, failures: 0, reportedAt: Date.now() };
  log(`${name}: begins`);
  for (;;) {
    try {
      if (await follow(task)) return log(`${name}: complete, ${task.words} words`);
    } catch (error) {
      const pause = Math.min(pauseMs.longest, pauseMs.first * 2 ** task.failures++) * (0.5 + Math.random() / 2);
      log(`${name}: ${error.message || error.code} at word ${task.words}; again in ${(pause / 1000).toFixed(1)} s`);
      await sleep(pause);
    }
  }
}

for (const name of ["SIGTERM", "SIGINT"]) {
  process.on(name, () => {
    log(`${name}: stopped`);
    process.exit(0);
  });
}

for (let number = 1; ; number++) await work(`task ${number}`);
