"use strict";
/* The piano on the screen, and the computer's keys. One tab stop: arrows choose a key, space plays it. */
class Keys {
  /** on: {down(pitch, velocity), up(pitch), pedal(down)} */
  constructor(element, on) {
    Object.assign(this, { element, on, chosen: 60, held: new Map(), keys: new Map() });
    let white = 0;
    for (let pitch = 21; pitch <= 108; pitch++) {
      const key = document.createElement("div"), black = [1, 3, 6, 8, 10].includes(pitch % 12);
      key.className = black ? "key black" : "key white";
      key.style.left = `${((black ? white - 0.3 : white) / 52) * 100}%`;
      key.dataset.pitch = pitch;
      if (!black) white++;
      if (pitch % 12 === 0) key.textContent = `C${pitch / 12 - 1}`;
      element.append(key);
      this.keys.set(pitch, key);
    }
    element.addEventListener("pointerdown", (event) => this.pointer(event));
    element.addEventListener("pointermove", (event) => this.held.has(event.pointerId) && this.pointer(event));
    for (const kind of ["pointerup", "pointercancel"]) window.addEventListener(kind, (event) => this.lift(event.pointerId));
    element.addEventListener("keydown", (event) => this.arrow(event));
    window.addEventListener("keydown", (event) => this.computer(event, true));
    window.addEventListener("keyup", (event) => this.computer(event, false));
  }

  pointer(event) {
    const key = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".key");
    if (!key) return this.lift(event.pointerId);
    event.preventDefault();
    const pitch = Number(key.dataset.pitch), box = key.getBoundingClientRect();
    if (this.held.get(event.pointerId) === pitch) return undefined;
    this.lift(event.pointerId);
    this.held.set(event.pointerId, pitch);
    // lower on the key is louder, as on other screens
    return this.on.down(pitch, Math.round(40 + 60 * Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1)));
  }

  lift(id) {
    if (!this.held.has(id)) return;
    this.on.up(this.held.get(id));
    this.held.delete(id);
  }

  arrow(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 12, ArrowDown: -12 }[event.key];
    if (step) {
      event.preventDefault();
      this.choose(Math.min(Math.max(this.chosen + step, 21), 108));
    }
  }

  choose(pitch) {
    this.keys.get(this.chosen).classList.remove("chosen");
    this.chosen = pitch;
    const key = this.keys.get(pitch);
    key.classList.add("chosen");
    key.scrollIntoView({ block: "nearest", inline: "center" });
    this.element.setAttribute("aria-valuetext", Keys.nameOf(pitch));
    this.element.setAttribute("aria-valuenow", pitch);
  }

  computer(event, down) {
    const target = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
    const id = `key ${event.code}`;
    let pitch = Keys.ROW.includes(event.code) ? 60 + Keys.ROW.indexOf(event.code) : undefined;
    if (event.code === "Space" && target === this.element) pitch = this.chosen;
    if (event.code === "ShiftLeft") return this.on.pedal(down);
    if (!down) return this.lift(id);
    if (pitch === undefined || event.repeat) return undefined;
    event.preventDefault();
    this.held.set(id, pitch);
    return this.on.down(pitch, 72);
  }

  /** Nothing is held any more. */
  release() {
    for (const id of [...this.held.keys()]) this.lift(id);
    this.on.pedal(false);
  }

  /** Colours: sounding [[pitch, who], …], and how likely each key is next, 88 thousandths. */
  show(sounding, expected) {
    for (const [pitch, key] of this.keys) {
      const who = sounding.get(pitch) || "";
      if (key.dataset.who !== who) key.dataset.who = who;
      const likely = expected ? Math.sqrt(expected[pitch - 21] / 1000) : 0;
      const shade = likely > 0.05 ? likely.toFixed(2) : "0";
      if (key.dataset.shade !== shade) {
        key.dataset.shade = shade;
        key.style.setProperty("--likely", shade);
      }
    }
  }

  static nameOf(pitch) {
    return `${["C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B"][pitch % 12]} ${Math.floor(pitch / 12) - 1}`;
  }
}
// two rows of the computer's keyboard, wherever its letters are: C4 is A's place
Keys.ROW = ["KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ", "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon"];
