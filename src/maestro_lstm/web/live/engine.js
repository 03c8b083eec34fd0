"use strict";
/* The network that plays, in the browser: the same arithmetic as model/performer.py and generation/player.py.
 *
 * engine() is one function without anything outside it, so that its source can start a worker, also on file://.
 */
function engine() {
  const KEYS = 88, START = 90, ENDS = 8, NEAR = 7, SEEN = 4, SECOND = 100;
  const AT_ONCE = 64, AT_A_TICK = 16; // notes of others that are heard in one go: 64 take 60 ms, or half a second on a slow phone
  const LONGEST = 65535; // steps of a pause, as in quantize.py
  const NEARER = 0.5; // of each head of a look, as in look.py
  const NEVER = -1e9, SILENT = 0, RELEASED = 1, SOUNDS = 2;
  /** @typedef {{at: number, values: Float32Array}} Place a part of the memory */
  /** @typedef {{rows: number, cols: number, w: Place, b: Place}} Linear */
  /** @typedef {{inputs: number, w: Place, b: Place, x: Place}} Cell */
  /** @typedef {{heads: number, width: number, memory: number}} LookSize as in look.py */
  /** @typedef {{k: Float32Array, v: Float32Array, end: number}} Store rows of keys and values, and how many there are */
  /** @typedef {{store: Store, first: number, end: number, key: Float32Array | null}} Memory those from first to end, and the key for the next */
  /** @typedef {{cells: {h: Float32Array, c: Float32Array}[], memory: Memory | null}} State of each layer, and of a look */
  /** @typedef {keyof Row} Field */
  /** @type {Field[]} in the order in which a note is said */
  const FIELDS = ["delta", "pitch", "force", "duration"];
  const WIDTHS = { delta: 32, pitch: 48, force: 16, duration: 32 };
  // how targets are kept: player.py has the same numbers
  const PACE = 0.02, SWELL = 0.0002, MEMORY = 0.95, SLOWEST = -0.75, FASTEST = 3, FAR = 4, LOUDEST = 0.2;
  // kernel.wat, assembled
  const KERNEL = "AGFzbQEAAAABCgFgBn9/f39/fwACEAEEcGFnZQZtZW1vcnkCAAEDAgEABwoBBm1hdHZlYwAACrQBAbEBAgJ/AnsgASAFQQJ0aiEHA0AgASEGQwAA" +
    "AAD9EyEIQwAAAAD9EyEJA0AgCCAA/QAEACAG/QAEAP3mAf3kASEIIAkgAP0ABBAgBv0ABBD95gH95AEhCSAAQSBqIQAgBkEgaiEGIAYgB0kNAAsgCCAJ/eQB" +
    "IQggAyACKgIAIAj9HwAgCP0fAZIgCP0fAiAI/R8DkpKSOAIAIAJBBGohAiADQQRqIQMgBEEBayEEIAQNAAsL";

  /** A float16 by its bits.
   * @param {number} bits */
  function half(bits) {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }

  /** Products y = W x + b over one memory, by the kernel or in JavaScript. */
  class Products {
    /** @param {number} bytes @param {boolean} plain without the kernel */
    constructor(bytes, plain) {
      this.used = 0;
      /** @type {((w: number, x: number, b: number, y: number, rows: number, cols: number) => void) | null} */
      this.kernel = null;
      if (plain || typeof WebAssembly === "undefined") {
        this.floats = new Float32Array(bytes / 4);
      } else {
        const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) + 1 });
        this.floats = new Float32Array(memory.buffer);
        const code = Uint8Array.from(atob(KERNEL), (c) => c.charCodeAt(0));
        const { matvec } = new WebAssembly.Instance(new WebAssembly.Module(code), { page: { memory } }).exports;
        this.kernel = /** @type {(...places: number[]) => void} */ (matvec);
      }
    }
    /** @param {number} length @returns {Place} */
    room(length) {
      const at = this.used;
      this.used += Math.ceil(length / 4) * 4;
      return { at, values: this.floats.subarray(at, at + length) };
    }
    /** @param {Place} w @param {Place} x @param {Place} b @param {Place} y @param {number} rows @param {number} cols */
    run(w, x, b, y, rows, cols) {
      const { floats, kernel } = this;
      if (kernel) {
        kernel(4 * w.at, 4 * x.at, 4 * b.at, 4 * y.at, rows, cols);
        return;
      }
      for (let row = 0, at = w.at; row < rows; row++) {
        let sum = 0;
        for (let k = 0; k < cols; k++) sum += floats[at++] * floats[x.at + k];
        floats[y.at + row] = sum + floats[b.at + row];
      }
    }
  }

  const sigmoid = (/** @type {number} */ x) => 1 / (1 + Math.exp(-x));
  const far = (/** @type {number} */ time) => (time > 0 ? Math.log1p(time) / 4 : -1);

  /** A look back, as in look_step.py. */
  class Look {
    /** @param {LookSize} size @param {Linear} QKVG @param {Linear} X @param {Linear} O @param {Products} products */
    constructor(size, QKVG, X, O, products) {
      const wide = size.heads * size.width;
      this.size = size;
      this.products = products;
      this.QKVG = QKVG;
      this.X = X;
      this.O = O;
      this.wide = wide;
      this.parts = products.room(4 * wide);
      this.value = products.room(wide);
      this.found = products.room(wide);
      this.out = products.room(O.rows);
      this.weights = new Float64Array(size.memory);
      this.back = Float64Array.from({ length: size.memory }, (_, rows) => Math.log1p(rows));
    }
    /** @returns {Memory} */
    start() {
      return { store: this.storeOf(new Float32Array(0), new Float32Array(0)), first: 0, end: 0, key: null };
    }
    /** A store that begins with these rows, and has room for more.
     * @param {Float32Array} k @param {Float32Array} v @returns {Store} */
    storeOf(k, v) {
      const { wide } = this, taken = k.length / wide;
      const room = wide * Math.min(Math.max(2 * taken, 64), taken + this.size.memory);
      const store = { k: new Float32Array(room), v: new Float32Array(room), end: taken };
      store.k.set(k);
      store.v.set(v);
      return store;
    }
    /** With a row more.
     * @param {Memory} memory @param {Float32Array} key its own, for the next row @param {Float32Array} value
     * @returns {Memory} */
    after({ store, first, end, key: waiting }, key, value) {
      const { wide, size } = this;
      if (!waiting) return { store, first, end, key };
      if (end < store.end || end * wide === store.k.length) { // another memory went on from here, too, or it is full
        const from = Math.max(first, end - size.memory + 1) * wide;
        store = this.storeOf(store.k.subarray(from, end * wide), store.v.subarray(from, end * wide));
        first = 0;
        end = store.end;
      }
      store.k.set(waiting, end * wide);
      store.v.set(value, end * wide);
      store.end = end + 1;
      return { store, first: Math.max(first, end + 1 - size.memory), end: end + 1, key };
    }
    /** Look back after a row, and add what was found to what the first layer shows.
     * @param {Place} x its inputs @param {Place} shown @param {Memory} memory @returns {Memory} */
    run(x, shown, memory) {
      const { QKVG, X, O, parts, value, found, out, products, wide, weights, back } = this, { heads, width } = this.size;
      products.run(QKVG.w, shown, QKVG.b, parts, QKVG.rows, QKVG.cols);
      products.run(X.w, x, X.b, value, X.rows, X.cols);
      for (let i = 0; i < wide; i++) value.values[i] += parts.values[2 * wide + i];
      memory = this.after(memory, parts.values.slice(wide, 2 * wide), value.values);
      const { store, first, end } = memory;
      if (end === first) return memory;
      for (let n = 0; n < heads; n++) {
        const at = n * width, a = NEARER * n;
        let highest = 0; // to find nothing has a score of 0
        for (let s = first; s < end; s++) {
          let fit = 0;
          for (let i = 0, row = s * wide + at; i < width; i++) fit += parts.values[at + i] * store.k[row + i];
          const score = fit / Math.sqrt(width) - a * back[end - 1 - s];
          weights[s - first] = score;
          highest = Math.max(highest, score);
        }
        let sum = Math.exp(-highest);
        for (let s = 0; s < end - first; s++) sum += weights[s] = Math.exp(weights[s] - highest);
        found.values.fill(0, at, at + width);
        for (let s = first; s < end; s++) {
          const share = weights[s - first] / sum, row = s * wide + at;
          for (let i = 0; i < width; i++) found.values[at + i] += share * store.v[row + i];
        }
        for (let i = at; i < at + width; i++) found.values[i] *= sigmoid(parts.values[3 * wide + i]);
      }
      products.run(O.w, found, O.b, out, O.rows, O.cols);
      for (let i = 0; i < O.rows; i++) shown.values[i] += out.values[i];
      return memory;
    }
  }

  /** One step a note. `state` is what it remembers: copy it to go back there. */
  class Network {
    /** @param {NetworkWeights} weights */
    constructor(weights, plain = false) {
      const { hidden, layers, head, look } = weights.settings;
      this.hidden = hidden;
      this.layers = layers;
      this.width = head;
      this.edges = weights.edges;
      this.classes = this.edges.length - 1;
      this.classOf = new Uint8Array(this.edges[this.classes]);
      for (let c = 0; c < this.classes; c++) this.classOf.fill(c, this.edges[c], this.edges[c + 1]);
      this.left = new Float32Array(SOUNDS + this.classes);
      this.left[RELEASED] = -1;
      for (let c = 0; c < this.classes; c++) this.left[SOUNDS + c] = 0.2 + Math.log1p((this.edges[c] + this.edges[c + 1] - 1) / 2) / 4;
      const total = weights.data.length + 40 * hidden + 65536;
      const products = new Products(4 * total, plain);
      this.products = products;
      const table = new Float32Array(65536);
      for (let bits = 0; bits < 65536; bits++) table[bits] = half(bits);
      const array = (/** @type {string} */ name) => {
        const { shape, at } = weights.arrays[name], size = shape.reduce((a, b) => a * b, 1);
        return { shape, values: Float32Array.from(weights.data.subarray(at, at + size), (bits) => table[bits]) };
      };
      const kept = (/** @type {Float32Array} */ values) => {
        const place = products.room(values.length);
        place.values.set(values);
        return place;
      };
      /** @typedef {{shape: number[], values: Float32Array}} Matrix */
      const beside = (/** @type {Matrix} */ one, /** @type {Matrix} */ other, /** @type {number} */ rows) => { // [W U], row by row
        const columns = one.shape[1] + other.shape[1], both = new Float32Array(rows * columns);
        for (let r = 0; r < rows; r++) {
          both.set(one.values.subarray(r * one.shape[1], (r + 1) * one.shape[1]), r * columns);
          both.set(other.values.subarray(r * other.shape[1], (r + 1) * other.shape[1]), r * columns + one.shape[1]);
        }
        return both;
      };
      this.embed = /** @type {Record<Field, Float32Array>} */ ({});
      for (const name of FIELDS) this.embed[name] = array(`embed.${name}.weight`).values;
      /** @type {Cell[]} */
      this.cells = [];
      for (let k = 0; k < layers; k++) {
        const name = `layers.${k}.lstm.`, ih = array(`${name}weight_ih_l0`), hh = array(`${name}weight_hh_l0`);
        const bias = array(`${name}bias_ih_l0`).values, other = array(`${name}bias_hh_l0`).values;
        this.cells.push({
          inputs: ih.shape[1],
          w: kept(beside(ih, hh, 4 * hidden)),
          b: kept(bias.map((value, i) => value + other[i])),
          x: products.room(ih.shape[1] + hidden),
        });
      }
      /** @type {(name: string, biased?: boolean) => Linear} */
      const linear = (name, biased = true) => {
        const w = array(`${name}.weight`), rows = w.shape[0];
        return { rows, cols: w.shape[1], w: kept(w.values), b: kept(biased ? array(`${name}.bias`).values : new Float32Array(rows)) };
      };
      this.seen = linear("seen");
      this.beside = [0, 1, 2, 3].map((k) => linear(`beside.${k}`, false));
      this.says = [0, 1, 2, 3].map((k) => linear(`says.${k}`));
      this.gates = products.room(4 * hidden);
      this.shown = products.room(layers * hidden);
      this.own = products.room(4 * head);
      this.given = products.room(512);
      this.inner = products.room(head);
      this.out = products.room(1024);
      this.look = look ? new Look(look, linear("look.QKVG", false), linear("look.X", false), linear("look.O", false), products) : null;
      this.state = this.silence();
    }
    /** @returns {State} */
    silence() {
      const cells = Array.from({ length: this.layers }, () => ({ h: new Float32Array(this.hidden), c: new Float32Array(this.hidden) }));
      return { cells, memory: this.look ? this.look.start() : null };
    }
    /** Where a field's embedding begins.
     * @param {Field} name @param {Row} row */
    code(name, row) {
      const kind = name === "pitch" || name === "force" ? row[name] : this.classOf[row[name]];
      return kind * WIDTHS[name];
    }
    /** The row before, what sounded at it (88 codes), and the ends to come once it began.
     * @param {Row} row @param {number[]} sounding @param {number[]} ends */
    run(row, sounding, ends) {
      const { hidden } = this, x = this.cells[0].x.values;
      let at = 0;
      for (const name of FIELDS) {
        const from = this.code(name, row);
        x.set(this.embed[name].subarray(from, from + WIDTHS[name]), at);
        at += WIDTHS[name];
      }
      for (let key = 0; key < KEYS; key++) x[at++] = this.left[sounding[key]];
      if (row.pitch < KEYS) x[at - KEYS + row.pitch] = this.left[SOUNDS + this.classOf[row.duration]];
      for (const end of ends) x[at++] = far(end);
      this.cells.forEach((cell, k) => {
        const { h, c } = this.state.cells[k], input = cell.x.values, gates = this.gates.values;
        if (k) input.set(this.shown.values.subarray((k - 1) * hidden, k * hidden));
        input.set(h, cell.inputs);
        this.products.run(cell.w, cell.x, cell.b, this.gates, 4 * hidden, cell.inputs + hidden);
        for (let i = 0; i < hidden; i++) {
          c[i] = sigmoid(gates[hidden + i]) * c[i] + sigmoid(gates[i]) * Math.tanh(gates[2 * hidden + i]);
          h[i] = sigmoid(gates[3 * hidden + i]) * Math.tanh(c[i]);
        }
        this.shown.values.set(h, k * hidden);
        if (!k && this.look && this.state.memory) this.state.memory = this.look.run(cell.x, this.shown, this.state.memory);
      });
      this.products.run(this.seen.w, this.shown, this.seen.b, this.own, this.seen.rows, this.seen.cols);
    }
    /** What head k says, given the fields before it, `left` (88 codes) at the note's onset, and the ends to come.
     * @param {number} k @param {Row} said @param {number[]} left @param {number[] | null} ends */
    head(k, said, left, ends) {
      const given = this.given.values;
      let at = 0;
      for (const name of FIELDS.slice(0, k)) {
        const from = this.code(name, said);
        given.set(this.embed[name].subarray(from, from + WIDTHS[name]), at);
        at += WIDTHS[name];
      }
      if (k) for (let key = 0; key < KEYS; key++) given[at++] = this.left[left[key]];
      if (ends) {
        for (const end of ends) given[at++] = far(end);
        if (k) {
          for (const end of ends.slice(0, SEEN)) {
            const from = this.classOf[end] * WIDTHS.duration;
            given.set(this.embed.duration.subarray(from, from + WIDTHS.duration), at);
            at += WIDTHS.duration;
          }
        }
      }
      const { products, inner, out, own, width } = this, one = this.beside[k], two = this.says[k];
      products.run(one.w, this.given, one.b, inner, one.rows, one.cols);
      for (let i = 0; i < width; i++) inner.values[i] = Math.max(inner.values[i] + own.values[k * width + i], 0);
      products.run(two.w, inner, two.b, out, two.rows, two.cols);
      return Float64Array.from(out.values.subarray(0, two.rows));
    }
    /** Of each way of saying a time: as a class, or near an end. What cannot be said is NEVER; a softmax's logarithm.
     * @param {Float64Array} scores @param {number[]} ends @param {number} least */
    times(scores, ends, least) {
      const { classes } = this, longest = this.edges[classes] - 1;
      for (let c = 0; c < least; c++) scores[c] = NEVER;
      for (let k = 0; k < ENDS; k++)
        for (let n = 0; n < NEAR; n++) {
          const time = ends[k] + n - 3;
          if (!(ends[k] > 0 && time >= least && time <= longest)) scores[classes + k * NEAR + n] = NEVER;
        }
      const highest = Math.max(...scores);
      let sum = 0;
      for (const score of scores) sum += Math.exp(score - highest);
      return scores.map((score) => score - highest - Math.log(sum));
    }
  }

  /** A memory is never changed, so it need not be copied.
   * @param {State} state @returns {State} */
  function copyOf({ cells, memory }) {
    return { cells: cells.map(({ h, c }) => ({ h: h.slice(), c: c.slice() })), memory };
  }

  /** What sounds at the last onset: player.py. */
  class Sounding {
    /** @param {Network} network */
    constructor(network) {
      this.network = network;
      this.now = 0;
      /** @type {number[]} */
      this.endOfKey = new Array(KEYS).fill(-1);
      /** @type {number[]} */
      this.ends = new Array(ENDS).fill(0);
    }
    copy() {
      const other = new Sounding(this.network);
      other.now = this.now;
      other.endOfKey = this.endOfKey.slice();
      other.ends = this.ends.slice();
      return other;
    }
    /** Go on by so many steps; of each key: silent, released just now, or the class of the time it has left.
     * @param {number} delta */
    move(delta) {
      this.now += delta;
      this.ends = this.ends.map((end) => Math.max(end - delta, 0));
      const { classOf } = this.network;
      return this.endOfKey.map((end) => {
        const time = end - this.now;
        return time > 0 ? SOUNDS + classOf[Math.min(time, classOf.length - 1)] : time === 0 ? RELEASED : SILENT;
      });
    }
    /** @param {number} key @param {number} duration */
    strike(key, duration) {
      const others = this.ends.filter((end) => end > 0 && (key >= KEYS || end !== duration));
      if (key < KEYS) {
        this.endOfKey[key] = this.now + duration;
        others.unshift(duration);
      }
      this.ends = Array.from({ length: ENDS }, (_, k) => others[k] || 0);
    }
    get voices() {
      return this.endOfKey.filter((end) => end > this.now).length;
    }
  }

  /** numpy.random.default_rng(seed).random(): PCG64, seeded by SeedSequence. */
  class Random {
    /** @param {number} seed */
    constructor(seed) {
      const M64 = (1n << 64n) - 1n, M128 = (1n << 128n) - 1n;
      /** @type {number[]} */
      const words = [];
      for (let rest = BigInt(seed); rest > 0n || !words.length; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
      const times = (/** @type {number} */ a, /** @type {number} */ b) => Math.imul(a, b) >>> 0;
      let constant = 0x43b0d7e5;
      const hash = (/** @type {number} */ value) => {
        value = (value ^ constant) >>> 0;
        constant = times(constant, 0x931e8875);
        value = times(value, constant);
        return (value ^ (value >>> 16)) >>> 0;
      };
      const mix = (/** @type {number} */ x, /** @type {number} */ y) => {
        const value = (times(x, 0xca01f9dd) - times(y, 0x4973f715)) >>> 0;
        return (value ^ (value >>> 16)) >>> 0;
      };
      const pool = [0, 1, 2, 3].map((k) => hash(words[k] || 0));
      for (let from = 0; from < 4; from++)
        for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
      for (let k = 4; k < words.length; k++) for (let to = 0; to < 4; to++) pool[to] = mix(pool[to], hash(words[k]));
      constant = 0x8b51f9dd;
      /** @type {bigint[]} */
      const made = [];
      for (let k = 0; k < 8; k++) {
        let value = (pool[k % 4] ^ constant) >>> 0;
        constant = times(constant, 0x58f38ded);
        value = times(value, constant);
        made.push(BigInt((value ^ (value >>> 16)) >>> 0));
      }
      const wide = (/** @type {number} */ k) => made[2 * k] | (made[2 * k + 1] << 32n);
      const initial = (wide(0) << 64n) | wide(1), stream = (wide(2) << 64n) | wide(3);
      this.increment = ((stream << 1n) | 1n) & M128;
      this.multiplier = 47026247687942121848144207491837523525n;
      this.mask = M128;
      this.low = M64;
      this.state = this.increment;
      this.state = (this.state + initial) & M128;
      this.step();
    }
    step() {
      this.state = (this.state * this.multiplier + this.increment) & this.mask;
    }
    random() {
      this.step();
      const folded = ((this.state >> 64n) ^ this.state) & this.low, turn = this.state >> 122n;
      const turned = ((folded >> turn) | (folded << ((64n - turn) & 63n))) & this.low;
      return Number(turned >> 11n) / 2 ** 53;
    }
  }

  /** A softmax at a temperature.
   * @param {Float64Array} scores @param {number} temperature */
  function shares(scores, temperature) {
    const highest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    const weights = scores.map((score) => Math.exp((score - highest) / temperature));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  }

  /** @type {Steering} */
  const PLAIN = { temperature: 1, topP: 1, timeTemperature: 1, timeTopP: 1, density: 0, loudness: 0, polyphony: 0, lowest: 0, highest: KEYS - 1 };

  /** Goes on, note by note. */
  class Player {
    /** @param {Network} network @param {number} seed @param {Partial<Steering>} steering */
    constructor(network, seed, steering = {}) {
      this.network = network;
      this.random = new Random(seed);
      this.steering = { ...PLAIN, ...steering };
      this.sounding = new Sounding(network);
      /** @type {Row} */
      this.last = { delta: 0, pitch: START, force: 0, duration: 0 };
      /** @type {number[]} */
      this.left = [];
      this.down = false;
      this.pace = this.wait = this.swell = this.force = 0;
      this.expected = new Float64Array(KEYS); // how likely each key was when the last note was drawn
      this.begin();
    }
    begin() {
      this.network.state = this.network.silence();
      this.sounding = new Sounding(this.network);
      this.last = { delta: 0, pitch: START, force: 0, duration: 0 };
      this.left = new Array(KEYS).fill(SILENT);
      this.down = false;
      this.pace = 0;
      this.wait = 1 / Math.max(this.steering.density, 1);
      this.swell = 0;
      this.force = this.steering.loudness;
    }
    /** All that the next note depends on, but for the seed. */
    remembered() {
      const { sounding, last, left, down, pace, wait, swell, force } = this;
      return { state: copyOf(this.network.state), sounding: sounding.copy(), last, left, down, pace, wait, swell, force };
    }
    /** @param {ReturnType<Player["remembered"]>} remembered */
    goBack({ state, sounding, ...rest }) {
      this.network.state = copyOf(state);
      Object.assign(this, rest, { sounding: sounding.copy() });
    }
    /** A note that somebody else plays.
     * @param {Row} note */
    feed(note) {
      this.network.run(this.last, this.left, this.sounding.ends);
      this.took(note, this.sounding.move(note.delta));
    }
    /** @param {Row} note @param {number[]} left */
    took(note, left) {
      this.sounding.strike(note.pitch, note.duration);
      this.last = note;
      this.left = left;
      this.down = note.pitch === KEYS + 1 || (this.down && note.pitch !== KEYS);
    }
    play() {
      const { network, steering } = this, note = { delta: 0, pitch: 0, force: 0, duration: 0 };
      network.run(this.last, this.left, this.sounding.ends);
      const before = this.sounding.ends;
      let scores = network.times(network.head(0, note, [], before), before, 0);
      if (steering.density) scores = scores.map((score, way) => score - this.pace * Math.min(this.seconds(way, before) * steering.density, FAR));
      note.delta = this.time(scores, before);
      const left = this.sounding.move(note.delta);
      const pitches = this.possible(network.head(1, note, left, null));
      this.expected = shares(pitches, steering.temperature);
      note.pitch = this.pick(pitches, steering.temperature, steering.topP);
      const forces = network.head(2, note, left, null);
      if (steering.loudness) for (let bin = 0; bin < forces.length; bin++) forces[bin] += this.swell * ((bin + 1) * 4 - 1);
      note.force = this.pick(forces, steering.temperature, steering.topP);
      const ahead = this.sounding.ends;
      note.duration = this.time(network.times(network.head(3, note, left, ahead), ahead, 1), ahead);
      if (note.pitch >= KEYS) note.force = note.duration = 0;
      this.took(note, left);
      this.keepToTargets(note);
      return note;
    }
    /** @param {Float64Array} scores of the keys, changed in place */
    possible(scores) {
      const { steering, sounding } = this;
      if (scores.length > KEYS) scores[this.down ? KEYS + 1 : KEYS] = -Infinity;
      const full = steering.polyphony && sounding.voices >= steering.polyphony;
      for (let key = 0; key < KEYS; key++) {
        const outside = key < steering.lowest || key > steering.highest;
        if (outside || (full && !(sounding.endOfKey[key] > sounding.now))) scores[key] = -Infinity;
      }
      // where nothing is left, any key in the range may be struck
      if (!scores.some((score) => score > -Infinity)) for (let key = steering.lowest; key <= steering.highest; key++) scores[key] = 0;
      return scores;
    }
    /** How long a way of saying a delta waits.
     * @param {number} way @param {number[]} ends */
    seconds(way, ends) {
      const { edges, classes } = this.network, near = way - classes;
      if (near < 0) return (edges[way] + edges[way + 1] - 1) / 2 / SECOND;
      return (ends[Math.floor(near / NEAR)] + (near % NEAR) - 3) / SECOND;
    }
    /** Drawn steps.
     * @param {Float64Array} scores of each way of saying them @param {number[]} ends */
    time(scores, ends) {
      const { edges, classes } = this.network, { timeTemperature, timeTopP } = this.steering;
      const way = this.pick(scores, timeTemperature, timeTopP), inside = this.random.random(), near = way - classes;
      if (near < 0) return edges[way] + Math.floor(inside * (edges[way + 1] - edges[way]));
      return ends[Math.floor(near / NEAR)] + (near % NEAR) - 3;
    }
    /** Sampled from the nucleus at a temperature.
     * @param {Float64Array} scores @param {number} temperature @param {number} topP */
    pick(scores, temperature, topP) {
      let weights = shares(scores, temperature);
      if (topP < 1) {
        const ranked = weights.slice().sort((a, b) => b - a);
        let before = 0, least = 0;
        for (const weight of ranked) {
          if (before >= topP) break;
          before += weight;
          least = weight;
        }
        weights = weights.map((weight) => (weight >= least ? weight : 0));
      }
      let total = 0;
      const upTo = weights.map((weight) => (total += weight)), place = this.random.random() * total;
      const picked = upTo.findIndex((up) => up > place);
      return picked < 0 ? scores.length - 1 : picked;
    }
    /** @param {Row} note */
    keepToTargets(note) {
      const { density, loudness } = this.steering;
      if (density) {
        this.wait = MEMORY * this.wait + ((1 - MEMORY) * note.delta) / SECOND;
        this.pace = Math.min(Math.max(this.pace + PACE * Math.log(Math.max(this.wait * density, 1e-3)), SLOWEST), FASTEST);
      }
      if (loudness) {
        const heard = note.pitch < KEYS ? (note.force + 1) * 4 - 1 : this.force;
        this.force = MEMORY * this.force + (1 - MEMORY) * heard;
        this.swell = Math.min(Math.max(this.swell + SWELL * (loudness - this.force), -LOUDEST), LOUDEST);
      }
    }
  }

  /** What a worker does: it composes ahead, and goes back to what was heard when somebody comes in.
   *
   * `turn` counts who played last: what was composed in an older turn is not to be heard.
   */
  class Composer {
    /** @param {(message: FromComposer) => void} post */
    constructor(post) {
      this.post = post;
      /** @type {Player | null} */
      this.player = null;
      this.turn = 0;
      /** @type {{kept: ReturnType<Player["remembered"]>, onset: number}[]} */
      this.before = []; // what the player remembered before each note of this turn that may not have been heard
      this.past = 0; // how many of this turn's notes are no longer listed there
      this.onset = 0; // steps, of the last note
      /** @type {PlacedRow[]} */
      this.waiting = []; // notes of others that the player has not heard yet
    }
    /** @param {ToEngine} message */
    receive(message) {
      const { player } = this;
      if (message.kind === "start") {
        const network = new Network(message.weights, message.plain);
        this.player = new Player(network, message.seed, message.steering);
        this.post({ kind: "ready", kernel: Boolean(network.products.kernel) });
      } else if (!player) {
        throw new Error("the network was not started");
      } else if (message.kind === "steer") {
        Object.assign(player.steering, message.steering);
      } else if (message.kind === "begin") {
        player.random = new Random(message.seed);
        player.begin();
        this.turn = message.turn;
        this.onset = 0;
        this.waiting = [];
        this.forget();
      } else if (message.kind === "take") {
        this.take(message);
      } else {
        this.compose(message);
      }
    }
    forget() {
      this.before = [];
      this.past = 0;
    }
    /** Go back to after the notes that were heard, and hear others.
     * @param {Extract<ToEngine, {kind: "take"}>} message */
    take({ turn, heard, notes }) {
      const player = /** @type {Player} */ (this.player);
      const kept = this.before[heard - this.past];
      if (kept) {
        player.goBack(kept.kept);
        this.onset = kept.onset;
      }
      this.waiting.push(...notes); // behind those of a turn that was cut short
      this.turn = turn;
      this.forget();
      this.work(AT_ONCE);
    }
    /** Let the player hear some of the notes that wait: between them there is time for the clock.
     * @param {number} most notes */
    work(most = AT_A_TICK) {
      const player = /** @type {Player} */ (this.player);
      for (const { onset, pitch, force, duration } of this.waiting.splice(0, most)) {
        const delta = Math.min(Math.max(onset - this.onset, 0), LONGEST);
        player.feed({ delta, pitch, force, duration });
        this.onset = Math.max(onset, this.onset);
      }
    }
    /** Up to a step, or 64 notes.
     * @param {Extract<ToEngine, {kind: "compose"}>} message */
    compose({ turn, until, heard }) {
      if (turn !== this.turn) return;
      const player = /** @type {Player} */ (this.player);
      this.work(AT_ONCE);
      const gone = Math.min(Math.max(heard - this.past - 1, 0), this.before.length);
      this.before.splice(0, gone);
      this.past += gone;
      /** @type {PlacedRow[]} */
      const notes = [];
      while (!this.waiting.length && this.onset < until && notes.length < 64) {
        this.before.push({ kept: player.remembered(), onset: this.onset });
        const note = player.play();
        this.onset += note.delta;
        notes.push({ ...note, onset: this.onset, expected: Array.from(player.expected, (share) => Math.round(share * 1000)) });
      }
      this.post({ kind: "notes", turn, notes, onset: this.onset });
    }
  }

  return { Network, Player, Random, Composer };
}
