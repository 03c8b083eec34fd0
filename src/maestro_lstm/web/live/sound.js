"use strict";
/* The piano: one recording of every third key, played at other speeds for the keys between. */
class Piano {
  static VOICES = 64;
  static LONGEST = 8; // seconds

  /** Keys first, first + step, …, so many seconds each, in one MP3.
   * @param {AudioContext} context @param {PianoSamples} samples */
  static async load(context, samples) {
    const bytes = Uint8Array.from(atob(samples.base64), (c) => c.charCodeAt(0));
    const buffer = await context.decodeAudioData(bytes.buffer);
    return new Piano(context, buffer, samples);
  }

  /** @param {AudioContext} context @param {AudioBuffer} buffer @param {PianoSamples} samples */
  constructor(context, buffer, samples) {
    this.context = context;
    this.buffer = buffer;
    this.samples = samples;
    /** @type {Set<Voice>} */
    this.voices = new Set();
    const data = buffer.getChannelData(0), loud = 0.02;
    this.late = Math.max(data.findIndex((x) => Math.abs(x) > loud) / buffer.sampleRate - 0.004, 0); // an MP3 begins with a pause
    this.out = context.createGain();
    this.out.gain.value = 0.5;
    const limiter = context.createDynamicsCompressor();
    this.out.connect(limiter).connect(context.destination);
  }

  /** Strike a MIDI pitch at `time` (seconds of the context) for `seconds`. Returns the voice.
   * @param {number} pitch @param {number} velocity @param {number} time @param {number} seconds @returns {Voice} */
  strike(pitch, velocity, time, seconds) {
    const { context, samples } = this;
    const [oldest] = this.voices;
    if (this.voices.size >= Piano.VOICES) oldest.end(time);
    const nearest = Math.round((pitch - samples.first) / samples.step);
    const index = Math.min(Math.max(nearest, 0), Math.floor((samples.last - samples.first) / samples.step));
    const source = context.createBufferSource(), filter = context.createBiquadFilter(), gain = context.createGain();
    source.buffer = this.buffer;
    source.playbackRate.value = 2 ** ((pitch - samples.first - index * samples.step) / 12);
    filter.type = "lowpass";
    filter.frequency.value = 800 + 120 * velocity;
    const force = (velocity / 127) ** 1.7;
    gain.gain.setValueAtTime(force, time);
    source.connect(filter).connect(gain).connect(this.out);
    source.start(time, this.late + index * samples.seconds, samples.seconds - 0.05);
    /** @type {Voice} */
    const voice = {
      pitch,
      start: time,
      /** Silent from about `when` on; before its start: never heard. */
      end: (when) => {
        const from = Math.max(when, time);
        gain.gain.cancelScheduledValues(from);
        gain.gain.setValueAtTime(when <= time ? 0 : force, from);
        gain.gain.setTargetAtTime(0, from, 0.07);
        source.stop(from + 0.6);
      },
    };
    source.onended = () => this.voices.delete(voice);
    this.voices.add(voice);
    if (seconds !== Infinity) voice.end(time + Math.min(seconds, Piano.LONGEST));
    return voice;
  }

  /** Nothing sounds any more.
   * @param {number} time */
  hush(time) {
    for (const voice of this.voices) voice.end(time);
  }
}
