"use strict";
/* Web MIDI: a keyboard that plays in, an instrument that plays in the piano's place. */
class Midi {
  /** @param {Hands & {changed(inputs: MIDIInput[], outputs: MIDIOutput[]): void}} on
   * @param {(time: number) => number} clock seconds as the conductor counts to milliseconds of performance.now() */
  constructor(on, clock) {
    this.on = on;
    this.clock = clock;
    /** @type {MIDIAccess | null} */
    this.access = null;
    /** @type {MIDIOutput | null} */
    this.output = null;
    /** @type {{pitch: number, on: number}[]} notes that were sent ahead of their time, ms of performance.now() */
    this.ahead = [];
  }

  /** Why it is not there, or "". */
  static missing() {
    return typeof navigator.requestMIDIAccess === "function" ? "" : "This browser has no Web MIDI: use Chrome or Edge, or Firefox from a server on this machine.";
  }

  async open() {
    if (this.access) return this.listen(); // another access would hear every key once more
    this.access = await navigator.requestMIDIAccess();
    this.access.onstatechange = (event) => {
      const port = event.port;
      if (port && port.type === "input" && port.state === "disconnected") this.on.lost();
      if (port && port === this.output && port.state === "disconnected") this.output = null;
      this.listen();
    };
    return this.listen();
  }

  listen() {
    const inputs = this.access ? [...this.access.inputs.values()] : [], outputs = this.outputs();
    for (const input of inputs) input.onmidimessage = (event) => event.data && this.heard(event.data);
    this.on.changed(inputs, outputs);
  }

  outputs() {
    return this.access ? [...this.access.outputs.values()] : [];
  }

  /** @param {Iterable<number>} bytes of a message */
  heard([status, one, two]) {
    const kind = status >> 4;
    if (kind === 9 && two) this.on.down(one, two);
    else if (kind === 8 || kind === 9) this.on.up(one);
    else if (kind === 11 && one === 64) this.on.pedal(two >= 64);
    else if (kind === 11 && (one === 120 || one === 123)) this.on.lost();
  }

  /** A note on the instrument. What is sent ahead cannot be called back one by one, so its voice does not end: `hush`.
   * @param {number} pitch @param {number} velocity @param {number} time @param {number} seconds @returns {Voice} */
  strike(pitch, velocity, time, seconds) {
    const now = performance.now(), on = this.clock(time);
    this.output?.send([0x90, pitch, velocity], on);
    this.output?.send([0x80, pitch, 0], this.clock(time + seconds));
    this.ahead = this.ahead.filter((note) => note.on > now);
    this.ahead.push({ pitch, on });
    return { pitch, start: time, stop: time + seconds, end: () => {} };
  }

  /** Nothing sounds on the instrument any more. */
  hush() {
    if (!this.output) return;
    if ("clear" in this.output) /** @type {{clear(): void}} */ (this.output).clear(); // not everywhere, and not in every list of types
    this.output.send([0xb0, 64, 0]);
    this.output.send([0xb0, 123, 0]);
    const now = performance.now();
    for (const { pitch, on } of this.ahead) if (on > now) this.output.send([0x80, pitch, 0], on + 1);
    this.ahead = [];
  }
}
