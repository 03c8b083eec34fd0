"use strict";
/* Standard MIDI files: read what the user drops, write what was played. */
const SMF = {
  /** A file's notes in seconds, the pedal folded in. Throws Error with a line to show.
   * @param {ArrayBuffer} buffer @returns {FileNote[]} */
  read(buffer) {
    try {
      return SMF.notes(buffer);
    } catch (error) {
      throw error instanceof RangeError ? new Error("this file is damaged") : error; // it reads past its end
    }
  },

  /** @param {ArrayBuffer} buffer */
  notes(buffer) {
    const data = new DataView(buffer), word = (/** @type {number} */ at) => String.fromCharCode(...new Uint8Array(buffer, at, 4));
    if (buffer.byteLength < 14 || word(0) !== "MThd") throw new Error("this is not a MIDI file");
    const division = data.getUint16(12);
    if (!division || division > 0x7fff) throw new Error("this file keeps SMPTE time, which is not read here");
    /** @type {[number, number][]} ticks, microseconds a quarter note */
    const tempos = [[0, 500000]], tracks = [];
    let at = 8 + data.getUint32(4);
    while (at + 8 <= buffer.byteLength) {
      const end = at + 8 + data.getUint32(at + 4);
      if (end > buffer.byteLength) throw new Error("this file is cut short");
      if (word(at) === "MTrk") tracks.push(SMF.track(data, at + 8, end, tempos));
      at = end;
    }
    tempos.sort((a, b) => a[0] - b[0]);
    const seconds = SMF.clock(tempos, division);
    const notes = tracks.flatMap(SMF.folded).map((note) => ({ ...note, onset: seconds(note.onset), release: seconds(note.release) }));
    if (!notes.length) throw new Error("this file holds no notes");
    return notes.sort((a, b) => a.onset - b.onset || a.pitch - b.pitch);
  },

  /** The notes and pedal of a track, in ticks; drums (channel 10) are left out.
   * @param {DataView} data @param {number} at its first byte @param {number} end @param {[number, number][]} tempos to add its own to */
  track(data, at, end, tempos) {
    let ticks = 0, status = 0;
    /** @type {FileNote[]} */
    const notes = [];
    /** @type {Map<number, FileNote[]>} by channel and pitch */
    const open = new Map();
    /** @type {[number, boolean][]} ticks, down? */
    const pedal = [];
    const variable = () => {
      for (let value = 0, k = 0; k < 4 && at < end; k++) {
        const byte = data.getUint8(at++);
        value = (value << 7) | (byte & 127);
        if (byte < 128) return value;
      }
      throw new Error("this file is damaged");
    };
    while (at < end) {
      ticks += variable();
      if (at >= end) break;
      if (data.getUint8(at) & 128) status = data.getUint8(at++);
      if (!(status & 128)) throw new Error("this file is damaged");
      if (status === 0xff || status === 0xf0 || status === 0xf7) {
        const kind = status === 0xff ? data.getUint8(at++) : 0, length = variable();
        if (at + length > end) throw new Error("this file is damaged");
        if (status === 0xff && kind === 0x51 && length === 3) tempos.push([ticks, data.getUint32(at - 1) & 0xffffff]);
        at += length;
        status = 0;
        continue;
      }
      const kind = status >> 4, one = data.getUint8(at), two = kind === 12 || kind === 13 ? 0 : data.getUint8(at + 1);
      at += kind === 12 || kind === 13 ? 1 : 2;
      if (at > end || one > 127 || two > 127) throw new Error("this file is damaged");
      if ((status & 15) === 9) continue;
      const key = status & 15 ? one + 128 * (status & 15) : one;
      if (kind === 9 && two) {
        const queue = open.get(key) || [];
        queue.push({ onset: ticks, release: ticks, pitch: one, velocity: two });
        open.set(key, queue);
      } else if (kind === 8 || kind === 9) {
        const note = (open.get(key) || []).shift();
        if (note) notes.push({ ...note, release: ticks });
      } else if (kind === 11 && one === 64) pedal.push([ticks, two >= 64]);
    }
    for (const left of open.values()) notes.push(...left.map((note) => ({ ...note, release: ticks })));
    return { notes, pedal };
  },

  /** A key released while the pedal is down sounds until it comes up, or until its pitch is struck again.
   * @param {{notes: FileNote[], pedal: [number, boolean][]}} track @returns {FileNote[]} */
  folded({ notes, pedal }) {
    const sorted = notes.slice().sort((a, b) => a.onset - b.onset);
    return sorted.map((note, k) => {
      const before = pedal.filter(([ticks]) => ticks <= note.release).pop();
      if (!before?.[1]) return note;
      const up = pedal.find(([ticks, down]) => ticks > note.release && !down);
      const again = sorted.find((other, j) => j > k && other.pitch === note.pitch && other.onset >= note.release);
      const last = Math.max(...sorted.map((other) => other.release));
      return { ...note, release: Math.max(note.release, Math.min(up ? up[0] : last, again ? again.onset : Infinity)) };
    });
  },

  /** Ticks to seconds.
   * @param {[number, number][]} tempos in order @param {number} division ticks a quarter note @returns {(tick: number) => number} */
  clock(tempos, division) {
    let at = 0, ticks = 0, tempo = 500000;
    const starts = tempos.map(([when, value]) => {
      at += ((when - ticks) * tempo) / division / 1e6;
      [ticks, tempo] = [when, value];
      return { when, at, tempo };
    });
    return (tick) => {
      const start = starts.filter(({ when }) => when <= tick).pop() || starts[0];
      return start.at + ((tick - start.when) * start.tempo) / division / 1e6;
    };
  },

  /** A file of voices, whose notes are in seconds: a track each, a millisecond a tick.
   * @param {FileNote[][]} voices @param {string[]} names */
  write(voices, names) {
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
  },
};
