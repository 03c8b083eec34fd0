"use strict";
/* Web MIDI: a keyboard that plays in, an instrument that plays along. */
class Midi {
  /** on: {down, up, pedal, lost, changed(inputs, outputs)} */
  constructor(on) {
    Object.assign(this, { on, access: null, output: null });
  }

  /** Why it is not there, or "". */
  static missing() {
    return navigator.requestMIDIAccess ? "" : "This browser has no Web MIDI: use Chrome or Edge, or Firefox from a server on this machine.";
  }

  async open() {
    this.access = await navigator.requestMIDIAccess();
    this.access.onstatechange = (event) => {
      if (event.port.type === "input" && event.port.state === "disconnected") this.on.lost();
      if (event.port === this.output && event.port.state === "disconnected") this.output = null;
      this.listen();
    };
    this.listen();
  }

  listen() {
    const inputs = [...this.access.inputs.values()], outputs = [...this.access.outputs.values()];
    for (const input of inputs) input.onmidimessage = (event) => this.heard(event.data);
    this.on.changed(inputs, outputs);
  }

  heard([status, one, two]) {
    const kind = status >> 4;
    if (kind === 9 && two) this.on.down(one, two);
    else if (kind === 8 || kind === 9) this.on.up(one);
    else if (kind === 11 && one === 64) this.on.pedal(two >= 64);
    else if (kind === 11 && (one === 120 || one === 123)) this.on.lost();
  }

  /** The network's note on the instrument; `when` and `until` are milliseconds as performance.now() counts. */
  play(pitch, velocity, when, until) {
    if (!this.output) return;
    this.output.send([0x90, pitch, velocity], when);
    this.output.send([0x80, pitch, 0], until);
  }

  /** Nothing sounds on the instrument any more. */
  hush() {
    if (!this.output) return;
    if (this.output.clear) this.output.clear();
    for (const when of [0, performance.now() + 200]) {
      this.output.send([0xb0, 64, 0], when);
      this.output.send([0xb0, 123, 0], when);
    }
  }
}
