"use strict";
/* The page's reader of MIDI files as a filter, for `make fuzz`. In: a length (4 bytes, little-endian), a file, and so on.
 * Out, for each: a length, and "+" with onset, release, pitch and velocity of each note as doubles, or "-" with the words
 * by which it is refused. */
const fs = require("node:fs");
const vm = require("node:vm");

const SMF = vm.runInThisContext(`${fs.readFileSync(process.argv[2], "utf8")}\nmidiFiles()`);

function answer(data) {
  try {
    const notes = SMF.read(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
    const numbers = Float64Array.from(notes.flatMap((note) => [note.onset, note.release, note.pitch, note.velocity]));
    return Buffer.concat([Buffer.from("+"), Buffer.from(numbers.buffer)]);
  } catch (error) {
    return Buffer.from(`-${error.message}`);
  }
}

let waiting = Buffer.alloc(0);
process.stdin.on("data", (chunk) => {
  waiting = Buffer.concat([waiting, chunk]);
  while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32LE(0)) {
    const end = 4 + waiting.readUInt32LE(0), said = answer(waiting.subarray(4, end)), head = Buffer.alloc(4);
    head.writeUInt32LE(said.length);
    process.stdout.write(Buffer.concat([head, said]));
    waiting = waiting.subarray(end);
  }
});
