"use strict";
/* The piano: one recording of every third key, played at other speeds for the keys between. */
class Piano {
  static VOICES = 64; // that sound; those that fade do not count
  static LONGEST = 8; // seconds
  static GONE = 1; // s in which a voice that ends falls by 120 dB: sixty of them are silent then
  static LOUD = 0.5; // of one voice at full force
  static BEND = 0.8; // of full scale: from here on the sum is bent, so that it stays below full scale whatever is played

  /** @param {BaseAudioContext} context @param {PianoSamples} samples */
  static async load(context, samples) {
    return new Piano(context, await context.decodeAudioData(bytesOf(samples.base64).buffer), samples);
  }

  /** @param {BaseAudioContext} context @param {AudioBuffer} buffer @param {Omit<PianoSamples, "base64">} samples */
  constructor(context, buffer, samples) {
    this.context = context;
    this.buffer = buffer;
    this.samples = samples;
    /** @type {Set<Voice>} those that can be heard, in the order in which they were struck */
    this.voices = new Set();
    const data = buffer.getChannelData(0), loud = 0.02;
    this.late = Math.max(data.findIndex((x) => Math.abs(x) > loud) / buffer.sampleRate - 0.004, 0); // an MP3 begins with a pause
    this.out = context.createGain();
    this.out.gain.value = Piano.LOUD;
    this.out.connect(context.createDynamicsCompressor()).connect(Piano.ceiling(context)).connect(context.destination);
  }

  /** Leaves quiet sound as it is, and bends what would be cut off.
   * @param {BaseAudioContext} context @returns {AudioNode} with an input and an output */
  static ceiling(context) {
    const most = 8, half = 4096, room = 0.999 - Piano.BEND;
    const bent = (/** @type {number} */ x) => (x <= Piano.BEND ? x : Piano.BEND + room * Math.tanh((x - Piano.BEND) / room));
    const shaper = context.createWaveShaper(), before = context.createGain();
    const curve = Float32Array.from({ length: 2 * half + 1 }, (_, k) => Math.sign(k - half) * bent((most * Math.abs(k - half)) / half));
    shaper.curve = curve;
    before.gain.value = 1 / most; // a shaper takes -1 to 1
    before.connect(shaper);
    return Object.assign(before, { connect: shaper.connect.bind(shaper) });
  }

  /** Strike a MIDI pitch at `time` (seconds of the context) for `seconds`. Returns the voice.
   * @param {number} pitch @param {number} velocity @param {number} time @param {number} seconds @returns {Voice} */
  strike(pitch, velocity, time, seconds) {
    const { context, samples, buffer } = this;
    const sounding = [...this.voices].filter((other) => other.stop > time);
    if (sounding.length >= Piano.VOICES) sounding[0].end(time);
    const nearest = Math.round((pitch - samples.first) / samples.step);
    const index = Math.min(Math.max(nearest, 0), samples.starts.length - 1);
    const source = context.createBufferSource(), filter = context.createBiquadFilter(), gain = context.createGain();
    const rate = 2 ** ((pitch - samples.first - index * samples.step) / 12), force = (velocity / 127) ** 1.7;
    source.buffer = buffer;
    source.playbackRate.value = rate;
    filter.type = "lowpass";
    filter.frequency.value = 800 + 120 * velocity;
    gain.gain.setValueAtTime(force, time);
    source.connect(filter).connect(gain).connect(this.out);
    source.start(time, this.late + samples.starts[index], samples.lengths[index]);
    /** @type {Voice} */
    const voice = {
      pitch,
      start: time,
      stop: Infinity,
      end: (when) => {
        const from = Math.max(when, time, context.currentTime);
        if (from >= voice.stop) return; // it fades already: to set its level again would bring it back
        voice.stop = from;
        gain.gain.cancelScheduledValues(from);
        gain.gain.setValueAtTime(when < time ? 0 : force, from);
        if (when >= time) gain.gain.exponentialRampToValueAtTime(force * 1e-6, from + Piano.GONE);
        source.stop(from + Piano.GONE);
      },
    };
    source.onended = () => this.voices.delete(voice);
    this.voices.add(voice);
    voice.end(time + Math.max(Math.min(seconds, Piano.LONGEST, samples.lengths[index] / rate), 0.001));
    return voice;
  }

  /** Nothing sounds any more.
   * @param {number} time */
  hush(time) {
    for (const voice of this.voices) voice.end(time);
  }
}

/** The bytes of a text in base64.
 * @param {string} base64 */
function bytesOf(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}
