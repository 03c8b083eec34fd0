"use strict";
/* Standard MIDI files: read what the user drops, write what was played.
 *
 * midiFiles() is one function without anything outside it, so that its source can run in the worker, too. It reads and
 * refuses what Python does (midi/notes.py, tokens/reading.py): the checks compare the two on a million mutants.
 */
function midiFiles() {
  const MAX_BYTES = 64 * 2 ** 20, MAX_EVENTS = 2e6, MAX_NOTES = 200000, MAX_TICKS = 2 ** 31 - 1, MAX_SECONDS = 86400;
  const DRUMS = 9, SUSTAIN = 64, END_OF_TRACK = 0x2f, TEMPO = 0x51;
  const PEDAL = 0, RELEASED = 1, PRESSED = 2; // what happens at one tick happens in this order
  const damaged = () => new Error("this file is damaged");
  /** @typedef {[number, number]} Tempo ticks, microseconds a quarter note */
  /** @typedef {{notes: FileNote[], pedal: [number, boolean][]}} Voice of one instrument of a track; ticks, down? */

  /** A file's notes in seconds, the pedal folded in, by onset and pitch. Throws Error with a line to show.
   * @param {ArrayBuffer} buffer @returns {FileNote[]} */
  function read(buffer) {
    const data = new Uint8Array(buffer), view = new DataView(buffer);
    const word = (/** @type {number} */ at) => String.fromCharCode(...data.subarray(at, at + 4));
    if (data.length > MAX_BYTES) throw new Error("this file has more than 64 MB");
    if (data.length < 14 || word(0) !== "MThd" || view.getUint32(4) !== 6 || view.getUint16(8) > 2) throw new Error("this is not a MIDI file");
    const division = view.getUint16(12), tracks = view.getUint16(10);
    if (!division || division > 0x7fff) throw new Error("this file keeps SMPTE time, which is not read here");
    const all = { events: 0, begun: 0, last: 0, tempos: /** @type {Tempo[]} */ ([[0, 500000]]), voices: /** @type {Voice[]} */ ([]) };
    for (let at = 14, count = 0; count < tracks; ) {
      if (at + 8 > data.length) throw new Error("this file is cut short");
      const end = at + 8 + view.getUint32(at + 4);
      if (end > data.length) throw new Error("this file is cut short");
      if (word(at) === "MTrk") {
        track(data, at + 8, end, all);
        count++;
      }
      at = end;
    }
    if (all.begun > MAX_NOTES) throw new Error(`this file has more than ${MAX_NOTES} notes`);
    const seconds = clock(all.tempos.sort((a, b) => a[0] - b[0]), division);
    const notes = all.voices.flatMap(folded);
    if (!notes.length) throw new Error("this file holds no notes");
    if (all.last > MAX_TICKS || seconds(all.last) > MAX_SECONDS) throw new Error("this file lasts more than a day");
    for (const note of notes) [note.onset, note.release] = [seconds(note.onset), seconds(note.release)];
    return notes.sort((a, b) => a.onset - b.onset || a.pitch - b.pitch);
  }

  /** Add what is in a track; drums are left out.
   * @param {Uint8Array} data @param {number} at its first byte @param {number} end
   * @param {{events: number, begun: number, last: number, tempos: Tempo[], voices: Voice[]}} all */
  function track(data, at, end, all) {
    let ticks = 0, running = 0;
    /** @type {Map<number, Voice>} by channel and program */
    const voices = new Map();
    /** @type {Map<number, {notes: [FileNote, Voice][], ended: number}>} by channel and pitch; how many of them have ended */
    const open = new Map();
    const programs = new Uint8Array(16);
    /** @type {Map<number, Voice>} by channel: the pedal of programs that have no notes yet; the next that has takes it */
    const before = new Map();
    const voice = (/** @type {number} */ channel, /** @type {boolean} */ begins) => {
      const key = channel * 128 + programs[channel], there = voices.get(key);
      if (there) return there;
      const early = before.get(channel) || { notes: [], pedal: [] };
      if (begins) {
        before.delete(channel);
        voices.set(key, early);
      } else before.set(channel, early);
      return early;
    };
    const variable = () => {
      for (let value = 0, k = 0; k < 4 && at < end; k++) {
        const byte = data[at++];
        value = (value << 7) | (byte & 127);
        if (byte < 128) return value;
      }
      throw damaged();
    };
    while (at < end) {
      ticks += variable();
      if (at >= end) throw damaged();
      if (++all.events > MAX_EVENTS) throw new Error(`this file has more than ${MAX_EVENTS} events`);
      if (all.begun > MAX_NOTES) throw new Error(`this file has more than ${MAX_NOTES} notes`);
      all.last = Math.max(all.last, ticks);
      const status = data[at] & 128 ? data[at++] : running;
      if (status < 128 || (status > 0xf0 && status !== 0xff)) throw damaged();
      if (status >= 0xf0) {
        const kind = status === 0xff ? data[at] : 0;
        if (status === 0xff && (at++ >= end || (kind === TEMPO && data[at] !== 3))) throw damaged();
        const length = variable();
        if (length > end - at) throw damaged();
        if (kind === TEMPO) all.tempos.push([ticks, (data[at] << 16) | (data[at + 1] << 8) | data[at + 2]]);
        if (status === 0xf0) running = 0; // not after a meta event: files are written, and read, like that
        at += length;
        if (kind === END_OF_TRACK) break;
        continue;
      }
      running = status;
      const kind = status >> 4, channel = status & 15, bytes = kind === 12 || kind === 13 ? 1 : 2, one = data[at], two = bytes === 2 ? data[at + 1] : 0;
      if (at + bytes > end || one > 127 || two > 127) throw damaged();
      at += bytes;
      if (kind === 9 && two) all.begun++;
      if (kind === 12) programs[channel] = one;
      if (channel === DRUMS) continue;
      const key = channel * 128 + one;
      if (kind === 9 && two) {
        const queue = open.get(key) || { notes: [], ended: 0 };
        queue.notes.push([{ onset: ticks, release: ticks, pitch: one, velocity: two }, voice(channel, true)]);
        open.set(key, queue);
      } else if (kind === 8 || kind === 9) {
        const queue = open.get(key), begun = queue?.notes[queue.ended];
        if (queue && begun) {
          queue.ended++;
          begun[0].release = ticks;
          begun[1].notes.push(begun[0]);
        }
      } else if (kind === 11 && one === SUSTAIN) {
        const { pedal } = voice(channel, false), down = two >= 64;
        if (down !== (pedal.length > 0 && pedal[pedal.length - 1][1])) pedal.push([ticks, down]);
      }
    }
    all.voices.push(...voices.values());
  }

  /** A key released while the pedal is down sounds until it comes up, or until its pitch is struck again; at the end,
   * until the last event.
   * @param {Voice} voice @returns {FileNote[]} */
  function folded({ notes, pedal }) {
    notes.sort((a, b) => a.onset - b.onset);
    /** @type {[number, number, number][]} tick, what, of which note; of the pedal, whether it is down */
    const events = pedal.map(([tick, down]) => [tick, PEDAL, Number(down)]);
    for (const [k, { onset, release }] of notes.entries()) events.push([onset, PRESSED, k], [release, RELEASED, k]);
    events.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    /** @type {Map<number, FileNote[]>} by pitch: keys that are up, and which only the pedal keeps sounding */
    const held = new Map();
    const end = (/** @type {number} */ pitch, /** @type {number} */ tick) => {
      for (const note of held.get(pitch) || []) note.release = tick;
      held.delete(pitch);
    };
    let down = false;
    for (const [tick, what, which] of events) {
      if (what === PEDAL) {
        down = which === 1;
        if (!down) for (const pitch of [...held.keys()]) end(pitch, tick);
      } else if (what === PRESSED) end(notes[which].pitch, tick);
      else if (down) {
        const { pitch } = notes[which], others = held.get(pitch);
        if (others) others.push(notes[which]);
        else held.set(pitch, [notes[which]]);
      }
    }
    for (const pitch of [...held.keys()]) end(pitch, events[events.length - 1][0]);
    return notes;
  }

  /** Ticks to seconds.
   * @param {Tempo[]} tempos in order @param {number} division ticks a quarter note @returns {(tick: number) => number} */
  function clock(tempos, division) {
    const starts = [{ when: 0, at: 0, tempo: tempos[0][1] }];
    for (const [when, tempo] of tempos) {
      const { when: before, at, tempo: old } = starts[starts.length - 1];
      if (when === before) starts.pop(); // the last one wins
      starts.push({ when, at: when === before ? at : at + ((when - before) * old) / division / 1e6, tempo });
    }
    return (tick) => {
      let low = 0, high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle].when <= tick) low = middle;
        else high = middle - 1;
      }
      return starts[low].at + ((tick - starts[low].when) * starts[low].tempo) / division / 1e6;
    };
  }

  /** A file of voices, whose notes are in seconds: a track each, a millisecond a tick.
   * @param {FileNote[][]} voices @param {string[]} names */
  function write(voices, names) {
    const number = (/** @type {number} */ value, /** @type {number} */ bytes) => Array.from({ length: bytes }, (_, k) => (value >> (8 * (bytes - 1 - k))) & 255);
    const variable = (/** @type {number} */ value) => {
      const bytes = [value & 127];
      for (let rest = value >> 7; rest; rest >>= 7) bytes.unshift((rest & 127) | 128);
      return bytes;
    };
    const text = (/** @type {string} */ words) => Array.from(new TextEncoder().encode(words));
    const chunk = (/** @type {string} */ name, /** @type {number[]} */ bytes) => [...text(name), ...number(bytes.length, 4), ...bytes];
    const tracks = voices.map((notes, k) => {
      /** @type {[number, number, number[]][]} tick, ends first, bytes */
      const events = notes.flatMap(({ onset, release, pitch, velocity }) => [
        [Math.round(1000 * onset), 1, [0x90, pitch, velocity]],
        [Math.max(Math.round(1000 * release), Math.round(1000 * onset) + 1), 0, [0x80, pitch, 0]],
      ]);
      events.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      const name = text(names[k]), bytes = [0, 0xff, 3, ...variable(name.length), ...name];
      let before = 0;
      for (const [tick, , event] of events) {
        bytes.push(...variable(tick - before), ...event);
        before = tick;
      }
      return chunk("MTrk", [...bytes, 0, 0xff, 0x2f, 0]);
    });
    // 500 ticks a quarter note of 500,000 µs
    return Uint8Array.from([...chunk("MThd", [0, 1, ...number(voices.length, 2), ...number(500, 2)]), ...tracks.flat()]);
  }

  return { read, write };
}
