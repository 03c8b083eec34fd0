"use strict";
/* Who plays when. It keeps the clock, strikes what is due, asks the composer for more, and lets the user come in.
 *
 * Times are seconds of the audio clock; steps are the network's, 10 ms at tempo 1.
 */
class Conductor {
  static LOOK = 0.12; // s: what is due so soon is given to the piano
  static AHEAD = 0.5; // s that are composed ahead
  static HIDDEN = 2; // the same while nobody sees the page, when timers are slow
  static BEGIN = 0.2; // s from pressing Start, or from a file, to step 0
  static SOON = 0.06; // s: the network's first note comes no sooner
  static LATE = 0.5; // s: a note that is later than this makes the time begin again
  static PAUSE = 0.7; // s after which the network goes on
  static LONGEST = 8; // s that any note sounds
  static KEPT = 600; // s that can be saved
  static HEARD = 1500; // notes of somebody else's that the network hears at a time, the last
  static FILE = 8; // s of a dropped file that are heard

  /** @param {{now: () => number, piano: Instrument, send: (message: ToComposer) => void,
   *   on?: {ended?: () => void, changed?: (state: PageState) => void}}} parts
   *   now: seconds; send: to the composer */
  constructor({ now, piano, send, on = {} }) {
    this.now = now;
    this.piano = piano;
    this.send = send;
    this.on = on;
    /** @type {Instrument | null} */
    this.outside = null; // what plays what is planned, if not the piano
    /** @type {PageState} */
    this.state = "silent";
    this.seed = 0;
    this.heard = 0; // how many of the network's notes were heard when the user came in
    this.turn = 0;
    this.tempo = 1;
    this.anchor = { time: 0, step: 0 };
    /** @type {PageNote[]} */
    this.planned = []; // the network's notes of this turn
    this.struck = 0; // how many of them were given to the piano
    this.past = 0; // how many were heard and are no longer listed; less than 0 while a file's notes come first
    this.composed = 0; // steps: the last onset that was composed
    this.asked = false;
    /** @type {Map<number, PageNote>} */
    this.open = new Map(); // the user's keys that sound, by pitch
    /** @type {PageNote[]} */
    this.mine = []; // the user's notes since they came in
    this.pedal = false;
    /** @type {PageNote[]} */
    this.log = []; // everything that was heard, for the roll and the file
    this.last = 0; // when the user last did something
    this.waits = true; // the network goes on by itself after a pause
    this.hidden = false;
    this.slack = Infinity; // the least time between striking a note and its onset
  }

  /** @param {number} time */
  stepAt(time) {
    return this.anchor.step + (time - this.anchor.time) * 100 * this.tempo;
  }
  /** @param {number} step */
  timeOf(step) {
    return this.anchor.time + (step - this.anchor.step) / 100 / this.tempo;
  }

  /** The network begins from nothing.
   * @param {number} seed */
  start(seed) {
    this.stop();
    this.anchor = { time: this.now() + Conductor.BEGIN, step: 0 };
    this.newTurn("network");
    this.send({ kind: "begin", turn: this.turn, seed });
    this.tick();
  }

  /** Everything is silent. */
  stop() {
    const time = this.now();
    this.cancel(time);
    for (const pitch of [...this.open.keys()]) this.close(pitch, time);
    this.pedal = false;
    this.piano.hush(time);
    this.mine = [];
    this.newTurn("silent");
  }

  /** @param {PageState} state */
  newTurn(state) {
    this.turn += 1;
    this.planned = [];
    this.struck = this.past = this.composed = 0;
    this.asked = false;
    this.become(state);
  }

  /** @param {PageState} state */
  become(state) {
    if (state === this.state) return;
    this.state = state;
    if (this.on.changed) this.on.changed(state);
  }

  /** @param {number} tempo */
  setTempo(tempo) {
    const time = this.now(), step = this.stepAt(time);
    this.tempo = tempo;
    this.placeAt(time, step);
  }

  /** From now on this step is at that time, and what is planned with it.
   * @param {number} time @param {number} step */
  placeAt(time, step) {
    this.anchor = { time, step };
    for (const note of this.planned.slice(this.struck)) note.time = this.timeOf(note.onset);
  }

  /** Some forty times a second. */
  tick() {
    const time = this.now();
    this.expire(time);
    if (this.state === "network") {
      const ahead = this.hidden ? Conductor.HIDDEN : Conductor.AHEAD;
      this.catchUp(time);
      const due = time + (this.hidden ? ahead : Conductor.LOOK);
      for (; this.planned[this.struck]?.time < due; this.struck++) this.strike(this.planned[this.struck], time);
      const until = Math.min(Math.round(this.stepAt(time + ahead)), this.composed + 1000);
      if (!this.asked && (this.composed < until || this.planned.length === this.struck)) {
        this.asked = true;
        this.send({ kind: "compose", turn: this.turn, until: Math.max(until, this.composed + 1), heard: this.heardBy(time) });
      }
    } else if (this.state === "user" && this.waits && this.mine.length && !this.open.size && time - this.last > Conductor.PAUSE) {
      this.handOver();
    }
    const old = time - Conductor.KEPT;
    if (this.log.length && this.log[0].time < old - 60) this.log = this.log.filter((note) => note.time >= old);
    if (this.struck > 200) {
      const gone = this.planned.slice(0, this.struck).filter((note) => note.time < time - 1).length;
      this.planned.splice(0, gone);
      this.struck -= gone;
      this.past += gone;
    }
  }

  /** After a pause of the machine, such as sleep, the next note is due now, not long ago.
   * @param {number} time */
  catchUp(time) {
    const next = this.planned[this.struck];
    if (next && next.time <= time - Conductor.LATE) this.placeAt(time + Conductor.SOON, next.onset);
  }

  /** A note to come, as the composer counts: steps, key and force.
   * @param {Who} who @param {PlacedRow} row */
  plan(who, { onset, pitch, force, duration, expected }) {
    const silent = pitch >= 88; // the pedal's rows are not heard
    const seconds = silent ? 0 : Math.min(duration / 100 / this.tempo, Conductor.LONGEST);
    this.planned.push({ who, onset, time: this.timeOf(onset), expected, silent, pitch: pitch + 21, velocity: force * 4 + 3, seconds });
  }

  /** How many of the network's notes of this turn were heard by then.
   * @param {number} time */
  heardBy(time) {
    return Math.max(this.past + this.planned.filter((note) => note.time <= time).length, 0);
  }

  /** @param {PageNote} note @param {number} time */
  strike(note, time) {
    if (note.silent) return;
    this.slack = Math.min(this.slack, note.time - time);
    note.time = Math.max(note.time, time);
    note.voice = (this.outside || this.piano).strike(note.pitch, note.velocity, note.time, note.seconds || 0);
    this.log.push(note);
  }

  /** From the composer.
   * @param {FromComposer} message */
  receive(message) {
    if (message.kind === "tick") this.tick();
    if (message.kind !== "notes" || message.turn !== this.turn) return;
    this.asked = false;
    this.composed = message.onset;
    const soon = this.now() + Conductor.SOON, [first] = message.notes;
    // after the user, or a pause of the machine: its time begins again
    if (first && !this.planned.length && this.timeOf(first.onset) < soon) this.placeAt(soon, first.onset);
    for (const note of message.notes) this.plan("network", note);
    this.tick();
  }

  /** The user strikes a key.
   * @param {number} pitch @param {number} velocity */
  noteOn(pitch, velocity) {
    const time = this.now();
    if (pitch < 21 || pitch > 108 || !velocity) return this.noteOff(pitch);
    if (this.state !== "user") this.comeIn(time);
    this.close(pitch, time);
    this.last = time;
    /** @type {PageNote} */
    const note = { who: "user", onset: 0, time, pitch, velocity, held: true, voice: this.piano.strike(pitch, velocity, time, Infinity) };
    this.open.set(pitch, note);
    this.log.push(note);
    return undefined;
  }

  /** @param {number} pitch */
  noteOff(pitch) {
    const note = this.open.get(pitch);
    this.last = this.now();
    if (!note) return;
    note.held = false;
    if (!this.pedal) this.close(pitch, this.now());
  }

  /** @param {boolean} down */
  setPedal(down) {
    this.pedal = down;
    this.last = this.now();
    if (!down) for (const [pitch, note] of [...this.open]) if (!note.held) this.close(pitch, this.now());
  }

  /** All that is held is let go: a window lost its focus, or a keyboard its cable. */
  release() {
    this.pedal = false;
    for (const pitch of [...this.open.keys()]) this.close(pitch, this.now());
  }

  /** @param {number} pitch @param {number} time */
  close(pitch, time) {
    const note = this.open.get(pitch);
    if (!note) return;
    this.open.delete(pitch);
    note.held = false;
    note.seconds = Math.max(time - note.time, 0.01);
    note.voice?.end(time);
    this.mine.push(note);
  }

  /** A key that is never let go, or a pedal never lifted, does not sound for ever.
   * @param {number} time */
  expire(time) {
    for (const [pitch, note] of [...this.open]) if (time - note.time > Conductor.LONGEST) this.close(pitch, time);
  }

  /** The network falls silent, from the next note on.
   * @param {number} time */
  comeIn(time) {
    this.heard = this.heardBy(time);
    if (this.state === "silent") {
      this.anchor = { time, step: 0 };
      this.newTurn("silent");
      this.send({ kind: "begin", turn: this.turn, seed: this.seed || 0 });
      this.heard = 0;
    } else {
      this.cancel(time);
    }
    this.mine = [];
    this.become("user");
  }

  /** What was planned for later is not heard.
   * @param {number} time */
  cancel(time) {
    const unheard = new Set(this.planned.filter((note) => note.voice && note.time > time));
    for (const note of unheard) note.voice?.end(time);
    if (unheard.size && this.on.ended) this.on.ended();
    this.log = this.log.filter((note) => !unheard.has(note));
    this.planned = this.planned.filter((note) => note.time <= time);
    this.struck = this.planned.length;
  }

  /** The network goes on from what the user played. */
  handOver() {
    if (this.state !== "user") return;
    this.release();
    const notes = this.mine
      .slice(-Conductor.HEARD)
      .sort((a, b) => a.time - b.time || a.pitch - b.pitch)
      .map((note) => ({
        onset: Math.round(this.stepAt(note.time)),
        ...Conductor.counted(note.pitch, note.velocity, (note.seconds || 0) * 100 * this.tempo),
      }));
    this.mine = [];
    this.newTurn("network");
    this.send({ kind: "take", turn: this.turn, heard: this.heard, notes });
    this.tick();
  }

  /** A file's notes, in seconds: they are played, and the network goes on.
   * @param {FileNote[]} notes on the piano's keys, by onset; at least one */
  playFile(notes) {
    this.stop();
    this.newTurn("network");
    this.send({ kind: "begin", turn: this.turn, seed: this.seed || 0 });
    const own = notes.map(({ onset, release, pitch, velocity }) => ({
      onset: Math.round((onset - notes[0].onset) * 100),
      ...Conductor.counted(pitch, velocity, (release - onset) * 100),
    }));
    this.send({ kind: "take", turn: this.turn, heard: 0, notes: own });
    const last = own[own.length - 1].onset;
    // the last seconds of the file are heard; the network has heard all of it
    const from = Math.max(last - Conductor.FILE * 100, 0);
    this.anchor = { time: this.now() + Conductor.BEGIN, step: from };
    for (const note of own) if (note.onset >= from) this.plan("user", note);
    this.past = -this.planned.length;
    this.composed = last;
  }

  /** A note as the composer counts: key, force from 0, steps.
   * @param {number} pitch @param {number} velocity @param {number} steps */
  static counted(pitch, velocity, steps) {
    const duration = Math.min(Math.max(Math.round(steps), 1), 60000);
    return { pitch: pitch - 21, force: Math.floor((velocity - 1) / 4), duration };
  }

  /** Both voices of the last ten minutes, for a file.
   * @returns {FileNote[][]} in seconds */
  voices() {
    const heard = this.log.filter((note) => note.time <= this.now());
    const begin = heard.length ? Math.min(...heard.map((note) => note.time)) : 0;
    return ["user", "network"].map((who) =>
      heard
        .filter((note) => note.who === who)
        .map((note) => {
          const seconds = note.seconds === undefined ? this.now() - note.time : note.seconds;
          return { onset: note.time - begin, release: note.time - begin + seconds, pitch: note.pitch, velocity: note.velocity };
        }),
    );
  }
}
