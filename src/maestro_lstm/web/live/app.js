"use strict";
/* What the page does: one conductor, and everything that talks to it. */
(() => {
  /** An element by its id, one of index.html. Most are inputs or buttons.
   * @param {string} id */
  const $ = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));
  /** @type {(keyof Steering)[]} */
  const STEERED = ["density", "loudness", "temperature", "topP", "timeTemperature", "timeTopP", "lowest", "highest"];
  /** @type {Record<string, Partial<Steering>>} */
  const PRESETS = {
    own: {},
    calm: { density: 3, loudness: 42, temperature: 0.9, timeTopP: 0.97 },
    song: { density: 6, loudness: 58, temperature: 0.9 },
    lively: { density: 12, loudness: 68 },
    storm: { density: 18, loudness: 95, temperature: 1.05 },
    wild: { temperature: 1.25, topP: 1, timeTemperature: 1.1 },
  };
  const words = { silent: "Stopped.", network: "The network plays.", user: "You play. After a pause, the network goes on." };
  /** @type {Conductor | null} */
  let conductor = null;
  /** @type {AudioContext | null} */
  let context = null;
  /** @type {Midi | null} */
  let midi = null;
  /** @type {Promise<Conductor> | null} */
  let starting = null;
  let failed = false;

  /** @param {string} text */
  function tell(text) {
    $("problem").hidden = false;
    $("problem").textContent = `${$("problem").textContent}\n${text}`.trim();
  }

  const problems = [];
  const weights = window.MAESTRO?.weights, samples = window.MAESTRO?.samples;
  if (!weights) problems.push("The network is missing: weights.js did not load. Make this folder again: maestro-lstm export --page FOLDER");
  if (!samples) problems.push("The piano is missing: samples.js did not load. Make this folder again: maestro-lstm export --page FOLDER");
  if (!window.AudioContext) problems.push("This browser has no Web Audio, so nothing can sound.");
  if (!window.Worker) problems.push("This browser has no workers, which the network needs.");
  problems.forEach(tell);
  if (!window.WebAssembly) tell("This browser has no WebAssembly: the network runs in JavaScript, five times as slow.");

  function steering() {
    const read = Object.fromEntries(STEERED.map((name) => [name, Number($(name).value)]));
    const own = /** @type {Steering} */ (/** @type {unknown} */ (read));
    return { ...own, lowest: Math.min(own.lowest, own.highest) - 21, highest: Math.max(own.lowest, own.highest) - 21 };
  }

  /** The audio, the piano and the network, once the user has pressed something.
   * @returns {Promise<Conductor>} */
  function ready() {
    if (problems.length || failed || !weights || !samples) return Promise.reject(new Error("not ready"));
    if (starting) return starting;
    const audio = new AudioContext({ latencyHint: "interactive" });
    context = audio;
    starting = Promise.all([Piano.load(audio, samples), composer(weights)])
      .then(([piano, worker]) => {
        const own = new Conductor({ now: () => audio.currentTime, piano, send: (message) => worker.postMessage(message), on: { struck, ended, changed } });
        conductor = own;
        worker.onmessage = (event) => own.receive(event.data);
        own.waits = $("waits").checked;
        own.setTempo(Number($("tempo").value) / 100);
        own.seed = Number($("seed").value);
        window.MAESTRO = { ...window.MAESTRO, conductor: own }; // for tests, and for the curious
        for (const id of ["go", "again", "other", "save"]) $(id).disabled = false;
        return own;
      })
      .catch((error) => {
        failed = true;
        tell(`The page cannot play here: ${error.message}`);
        throw error;
      });
    return starting;
  }

  /** A worker from the engine's own source: a page opened as a file may not load one.
   * @param {Omit<NetworkWeights, "data"> & {base64: string}} weights @returns {Promise<Worker>} */
  function composer({ settings, edges, arrays, base64 }) {
    const source = `"use strict"; const made = (${engine})(); const composer = new made.Composer((m) => postMessage(m));
      onmessage = (event) => composer.receive(event.data); setInterval(() => postMessage({ kind: "tick" }), 25);`;
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)), data = new Uint16Array(bytes.buffer);
    return new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = (event) => event.data.kind === "ready" && resolve(worker);
      worker.postMessage({ kind: "start", weights: { settings, edges, arrays, data }, seed: 0, steering: steering() }, [data.buffer]);
    });
  }

  /** Seconds of the audio's clock as milliseconds of performance.now().
   * @param {number} time */
  const clock = (time) => performance.now() + (time - (context ? context.currentTime : 0)) * 1000;
  /** @param {PageNote} note */
  function struck(note) {
    if (midi && note.who === "network") midi.play(note.pitch, note.velocity, clock(note.time), clock(note.time + (note.seconds || 0)));
  }
  function ended() {
    if (midi) midi.hush();
  }
  /** @param {PageState} state */
  function changed(state) {
    $("status").textContent = words[state];
    const on = state !== "silent";
    $("start").setAttribute("aria-pressed", String(on));
    $("start").textContent = on ? "Stop" : "Start";
    if (!on && midi) midi.hush();
  }

  async function begin() {
    const own = await ready();
    await context?.resume();
    own.seed = Number($("seed").value);
    own.start(own.seed);
  }
  // in the order in which they came, also while the page gets ready: a key let go by then is let go
  const then = (/** @type {(own: Conductor) => void} */ act) => starting?.then(act, () => {});
  /** @type {Hands} */
  const user = {
    down: (pitch, velocity) => ready().then((own) => { context?.resume(); own.noteOn(pitch, velocity); }, () => {}),
    up: (pitch) => then((own) => own.noteOff(pitch)),
    pedal: (down) => then((own) => own.setPedal(down)),
    lost: () => then((own) => own.release()),
  };
  const keys = new Keys($("keys"), user);

  $("start").onclick = () => (conductor && conductor.state !== "silent" ? conductor.stop() : begin().catch(() => {}));
  $("go").onclick = () => conductor?.handOver();
  $("again").onclick = () => begin().catch(() => {});
  $("other").onclick = () => {
    $("seed").value = String(Math.floor(Math.random() * 1e6));
    begin().catch(() => {});
  };
  $("save").onclick = () => {
    if (!conductor) return;
    const file = SMF.write(conductor.voices(), ["you", "the network"]);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file], { type: "audio/midi" }));
    link.download = "maestro-lstm.mid";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  /** @param {File} file */
  async function open(file) {
    try {
      const notes = SMF.read(await file.arrayBuffer()), own = await ready();
      await context?.resume();
      own.playFile(notes);
      $("status").textContent = `${file.name}: ${notes.length} notes; the network goes on.`;
    } catch (error) {
      $("status").textContent = `${file.name}: ${error instanceof Error ? error.message : error}`;
    }
  }
  $("file").onchange = () => {
    const [file] = $("file").files || [];
    if (file) open(file).then(() => ($("file").value = ""));
  };
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files || [];
    if (file) open(file);
  });

  function steer() {
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[type="range"]'))) {
      const value = Number(input.value), name = input.id;
      const shown = name === "lowest" || name === "highest" ? Keys.nameOf(value) : name === "tempo" ? `${value} %` : String(value);
      const output = /** @type {Element} */ (input.nextElementSibling);
      output.textContent = (name === "density" || name === "loudness") && !value ? "–" : shown;
    }
    if (conductor) {
      conductor.send({ kind: "steer", steering: steering() });
      conductor.setTempo(Number($("tempo").value) / 100);
      conductor.waits = $("waits").checked;
    }
  }
  for (const input of document.querySelectorAll("input:not([type=file])")) input.addEventListener("input", steer);
  $("preset").onchange = () => {
    const plain = { density: 0, loudness: 0, temperature: 1, topP: 0.95, timeTemperature: 0.95, timeTopP: 1 };
    for (const [name, value] of Object.entries({ ...plain, ...PRESETS[$("preset").value] })) $(name).value = String(value);
    steer();
  };
  steer();

  const scroller = /** @type {Element} */ (document.querySelector(".scroll"));
  const octave = (/** @type {number} */ sign) => scroller.scrollBy({ left: (sign * scroller.scrollWidth * 7) / 52, behavior: "smooth" });
  $("down").onclick = () => octave(-1);
  $("up").onclick = () => octave(1);
  scroller.scrollLeft = (scroller.scrollWidth * 21) / 52 - scroller.clientWidth / 4;

  if (Midi.missing()) {
    $("midi-missing").hidden = false;
    $("midi-missing").textContent = Midi.missing();
    $("midi-there").hidden = true;
  }
  $("midi").onclick = async () => {
    const own = new Midi({
      ...user,
      changed: (inputs, outputs) => {
        $("inputs").textContent = inputs.length ? `listening to ${inputs.map((one) => one.name).join(", ")}` : "no keyboard is connected";
        $("output").replaceChildren(new Option("this page", ""), ...outputs.map((one) => new Option(one.name || one.id, one.id)));
        $("output").value = midi?.output?.id || "";
      },
    });
    midi = own;
    await own.open().catch((error) => ($("inputs").textContent = `MIDI was refused: ${error.message}`));
  };
  $("output").onchange = () => {
    if (!midi) return;
    midi.hush();
    midi.output = midi.outputs().find((one) => one.id === $("output").value) || null;
  };

  window.addEventListener("blur", () => keys.release());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) keys.release();
    if (conductor) conductor.hidden = document.hidden;
  });
  window.addEventListener("pagehide", () => conductor?.stop());

  const roll = new Roll(/** @type {HTMLCanvasElement} */ (document.getElementById("roll"))), still = matchMedia("(prefers-reduced-motion: reduce)");
  function draw() {
    if (conductor && context) {
      const now = context.currentTime;
      /** @type {Map<number, Who>} */
      const sounding = new Map();
      const upcoming = conductor.state === "network" ? conductor.planned.filter((note) => note.time > now) : [];
      const heard = conductor.log.filter((note) => note.time <= now);
      for (const note of heard.slice(-200)) if (note.seconds === undefined || note.time + note.seconds > now) sounding.set(note.pitch, note.who);
      keys.show(sounding, upcoming[0]?.expected || null);
      roll.draw(heard.slice(-600), upcoming, now);
    }
    if (still.matches) setTimeout(draw, 1000);
    else requestAnimationFrame(draw);
  }
  draw();
})();
