"use strict";
/* What the page's worker does. worker() has nothing outside it but its arguments, so that its source can start it, also on
 * file://. */

/** @param {typeof engine} engine @param {typeof midiFiles} midiFiles @param {typeof bytesOf} bytesOf
 * @param {(message: FromComposer) => void} post @param {number} heard notes of a file that the network hears, its last */
function worker(engine, midiFiles, bytesOf, post, heard) {
  const composer = new (engine().Composer)(post), files = midiFiles();

  /** @param {ToComposer} message */
  function act(message) {
    if (message.kind === "start") composer.receive({ ...message, weights: decoded(message.weights) });
    else if (message.kind === "file") file(message);
    else composer.receive(message);
  }

  /** @param {NetworkWeights | PageWeights} weights @returns {NetworkWeights} */
  function decoded(weights) {
    return "data" in weights ? weights : { ...weights, data: new Uint16Array(bytesOf(weights.base64).buffer) };
  }

  /** @param {Extract<ToComposer, {kind: "file"}>} message */
  function file({ turn, name, content }) {
    try {
      const notes = files.read(content).filter(({ pitch }) => pitch >= 21 && pitch <= 108);
      if (!notes.length) throw new Error("no note of this file is on the piano's 88 keys");
      post({ kind: "file", turn, name, count: notes.length, notes: notes.slice(-heard) });
    } catch (error) {
      post({ kind: "refused", turn, name, why: error instanceof Error ? error.message : String(error) });
    }
  }

  /** What goes wrong is told, not thrown: nobody would see it.
   * @param {() => void} does */
  function told(does) {
    try {
      does();
    } catch (error) {
      post({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
    }
  }

  return {
    receive: (/** @type {ToComposer} */ message) => told(() => act(message)),
    /** Some forty times a second. */
    tick() {
      told(() => composer.work());
      post({ kind: "tick" });
    },
  };
}
