"use strict";
/* The piano on the screen, and the computer's keys. One tab stop: arrows choose a key, space plays it. */
class Keys {
  // two rows of the computer's keyboard, wherever its letters are: C4 is A's place
  static ROW = ["KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ", "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon"];
  /** @type {Record<string, number>} semitones */
  static ARROWS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 12, ArrowDown: -12 };

  /** @param {HTMLElement} element @param {Pick<Hands, "down" | "up" | "pedal">} on */
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.chosen = 60;
    /** @type {Map<number | string, number>} a pointer, or a key of the computer -> its pitch */
    this.held = new Map();
    /** @type {Map<number, HTMLElement>} by pitch */
    this.keys = new Map();
    let white = 0;
    for (let pitch = 21; pitch <= 108; pitch++) {
      const key = document.createElement("div"), black = [1, 3, 6, 8, 10].includes(pitch % 12);
      key.className = black ? "key black" : "key white";
      key.style.left = `${((black ? white - 0.3 : white) / 52) * 100}%`;
      key.dataset.pitch = String(pitch);
      if (!black) white++;
      if (pitch % 12 === 0) key.textContent = `C${pitch / 12 - 1}`;
      element.append(key);
      this.keys.set(pitch, key);
    }
    element.addEventListener("pointerdown", (event) => this.pointer(event));
    element.addEventListener("pointermove", (event) => this.held.has(event.pointerId) && this.pointer(event));
    for (const kind of ["pointerup", "pointercancel"]) window.addEventListener(kind, (event) => this.lift(/** @type {PointerEvent} */ (event).pointerId));
    element.addEventListener("keydown", (event) => this.arrow(event));
    window.addEventListener("keydown", (event) => this.computer(event, true));
    window.addEventListener("keyup", (event) => this.computer(event, false));
  }

  /** @param {PointerEvent} event */
  pointer(event) {
    const key = /** @type {HTMLElement | null | undefined} */ (document.elementFromPoint(event.clientX, event.clientY)?.closest(".key"));
    if (!key) return this.lift(event.pointerId);
    event.preventDefault();
    const pitch = Number(key.dataset.pitch), box = key.getBoundingClientRect();
    if (this.held.get(event.pointerId) === pitch) return undefined;
    this.lift(event.pointerId);
    this.held.set(event.pointerId, pitch);
    // lower on the key is louder, as on other screens
    return this.on.down(pitch, Math.round(40 + 60 * Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1)));
  }

  /** @param {number | string} id */
  lift(id) {
    const pitch = this.held.get(id);
    if (pitch === undefined) return;
    this.on.up(pitch);
    this.held.delete(id);
  }

  /** @param {KeyboardEvent} event */
  arrow(event) {
    const step = Keys.ARROWS[event.key];
    if (step) {
      event.preventDefault();
      this.choose(Math.min(Math.max(this.chosen + step, 21), 108));
    }
  }

  /** @param {number} pitch */
  choose(pitch) {
    this.keys.get(this.chosen)?.classList.remove("chosen");
    this.chosen = pitch;
    const key = /** @type {HTMLElement} */ (this.keys.get(pitch));
    key.classList.add("chosen");
    key.scrollIntoView({ block: "nearest", inline: "center" });
    this.element.setAttribute("aria-valuetext", Keys.nameOf(pitch));
    this.element.setAttribute("aria-valuenow", String(pitch));
  }

  /** @param {KeyboardEvent} event @param {boolean} down */
  computer(event, down) {
    const { target } = event;
    const id = `key ${event.code}`;
    if (!down) this.lift(id); // whatever else is held by now
    const writes = target instanceof Element && target.matches("select, textarea, input:not([type=range], [type=checkbox])");
    if (event.ctrlKey || event.altKey || event.metaKey || writes) return undefined; // the browser's own shortcuts, or text
    let pitch = Keys.ROW.includes(event.code) ? 60 + Keys.ROW.indexOf(event.code) : undefined;
    if (event.code === "Space" && target === this.element) pitch = this.chosen;
    if (event.code === "ShiftLeft") return this.on.pedal(down);
    if (!down || pitch === undefined) return undefined;
    event.preventDefault(); // also when it repeats: space would scroll
    if (event.repeat) return undefined;
    this.held.set(id, pitch);
    return this.on.down(pitch, 72);
  }

  /** Nothing is held any more. */
  release() {
    for (const id of [...this.held.keys()]) this.lift(id);
    this.on.pedal(false);
  }

  /** Colours: who plays each pitch that sounds, and how likely each key is next, 88 thousandths.
   * @param {Map<number, Who>} sounding @param {ArrayLike<number> | null} expected */
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

  /** @param {number} pitch */
  static nameOf(pitch) {
    return `${["C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B"][pitch % 12]} ${Math.floor(pitch / 12) - 1}`;
  }
}
