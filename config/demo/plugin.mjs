// SPDX-License-Identifier: Apache-2.0
// The Gateway's plugin: a child process that is asked for words over its channel.

process.title = "demo-plugin";
const vocabulary = "the agent reads writes tests plans waits asks learns builds and then again with care".split(" ");

process.on("message", ({ id, prompt, index }) => {
  const seed = [...prompt].reduce((sum, letter) => sum + letter.codePointAt(0), index * 7 + (index >> 3));
  process.send({ id, word: vocabulary[seed % vocabulary.length] });
});
// Without its Gateway there is nothing to do.
process.on("disconnect", () => process.exit(0));
