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
  const LARGEST = 64 * 2 ** 20; // bytes of a file
  const PATIENCE = 5; // s without a word of the worker

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
      .then(([piano, thread]) => {
        const send = (/** @type {ToComposer} */ message) => thread.postMessage(message, message.kind === "file" ? [message.content] : []);
        const own = new Conductor({ now: () => audio.currentTime, piano, send, on: { ended, changed } });
        conductor = own;
        let answered = true, silent = 0;
        thread.onmessage = ({ data }) => {
          answered = true;
          if (failed) return;
          const late = (data.kind === "file" || data.kind === "refused") && data.turn !== own.turn; // something else plays by now
          if (late) return;
          if (data.kind === "file") play(data);
          else if (data.kind === "refused") $("status").textContent = `${data.name}: ${data.why}`;
          else if (data.kind === "failed") fail(data.why);
          else own.receive(data);
        };
        thread.onerror = (event) => fail(event.message);
        // counted, not timed: after a sleep of the machine the clock has jumped, and the worker is well
        setInterval(() => {
          silent = answered ? 0 : silent + 1;
          answered = false;
          if (silent === PATIENCE) fail(`it has not answered for ${PATIENCE} seconds`);
        }, 1000);
        own.waits = $("waits").checked;
        own.setTempo(Number($("tempo").value) / 100);
        own.seed = seed();
        own.outside = outside();
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

  /** A worker from the scripts' own source: a page opened as a file may not load one.
   * @param {PageWeights} weights @returns {Promise<Worker>} */
  function composer(weights) {
    const source = `"use strict"; const own = (${worker})(${engine}, ${midiFiles}, ${bytesOf}, (m) => postMessage(m), ${Conductor.HEARD});
      onmessage = (event) => own.receive(event.data); setInterval(own.tick, 25);`;
    const thread = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    return new Promise((resolve, reject) => {
      thread.onerror = (event) => reject(new Error(event.message));
      thread.onmessage = ({ data }) => {
        if (data.kind === "ready") resolve(thread);
        if (data.kind === "failed") reject(new Error(data.why));
      };
      thread.postMessage({ kind: "start", weights, seed: 0, steering: steering() });
    });
  }

  /** The network cannot go on, and says why.
   * @param {string} why */
  function fail(why) {
    if (failed) return;
    conductor?.stop();
    failed = true;
    starting = null;
    tell(`The network has stopped: ${why}. Load the page again.`);
  }

  /** Seconds of the audio's clock as milliseconds of performance.now().
   * @param {number} time */
  const clock = (time) => performance.now() + (time - (context ? context.currentTime : 0)) * 1000;
  /** Where the network plays, if not on the page's piano. */
  const outside = () => (midi?.output ? midi : null);
  /** A whole number, whatever stands there. */
  const seed = () => Math.min(Math.max(Math.floor(Number($("seed").value)) || 0, 0), 999999999);
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
    own.seed = seed();
    $("seed").value = String(own.seed);
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
    const file = midiFiles().write(conductor.voices(), ["you", "the network"]);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file], { type: "audio/midi" }));
    link.download = "maestro-lstm.mid";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  /** The worker reads it, as that may take a while.
   * @param {File} file */
  async function open(file) {
    try {
      if (file.size > LARGEST) throw new Error("this file has more than 64 MB");
      const [own, content] = await Promise.all([ready(), file.arrayBuffer()]);
      await context?.resume();
      own.stop();
      $("status").textContent = `Reading ${file.name} …`;
      own.send({ kind: "file", turn: own.turn, name: file.name, content });
    } catch (error) {
      $("status").textContent = `${file.name}: ${error instanceof Error ? error.message : error}`;
    }
  }
  /** @param {Extract<FromComposer, {kind: "file"}>} file */
  function play({ name, count, notes }) {
    conductor?.playFile(notes);
    const heard = notes.length < count ? `, of which the network has heard the last ${notes.length}` : "";
    $("status").textContent = `${name}: ${count} notes${heard}; it goes on.`;
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
    const changed = (/** @type {MIDIInput[]} */ inputs, /** @type {MIDIOutput[]} */ outputs) => {
      $("inputs").textContent = inputs.length ? `listening to ${inputs.map((one) => one.name).join(", ")}` : "no keyboard is connected";
      $("output").replaceChildren(new Option("this page", ""), ...outputs.map((one) => new Option(one.name || one.id, one.id)));
      $("output").value = midi?.output?.id || "";
      if (conductor) conductor.outside = outside();
    };
    midi ||= new Midi({ ...user, changed }, clock);
    await midi.open().catch((error) => ($("inputs").textContent = `MIDI was refused: ${error.message}`));
  };
  $("output").onchange = () => {
    if (!midi) return;
    midi.hush();
    midi.output = midi.outputs().find((one) => one.id === $("output").value) || null;
    if (conductor) {
      conductor.piano.hush(conductor.now());
      conductor.outside = outside();
    }
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
