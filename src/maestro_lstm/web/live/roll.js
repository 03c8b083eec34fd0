"use strict";
/* The roll: time from left to right, force as shade; what is planned and not yet heard as outlines. */
class Roll {
  static NOW = 0.75; // where on the width the present is

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  }

  /** @param {PageNote[]} notes heard or sounding @param {PageNote[]} planned @param {number} now seconds */
  draw(notes, planned, now) {
    const { canvas, pen } = this, scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas), here = width * Roll.NOW, speed = Math.max(width / 12, 40);
    const x = (/** @type {number} */ time) => here + (time - now) * speed;
    const y = (/** @type {number} */ pitch) => height * (1 - (pitch - 20) / 89), bar = Math.max(height / 89, 2);
    pen.fillStyle = style.getPropertyValue("--line");
    for (let pitch = 24; pitch <= 108; pitch += 12) pen.fillRect(0, y(pitch), width, 1);
    pen.fillRect(here, 0, 1, height);
    const colours = { user: style.getPropertyValue("--user"), network: style.getPropertyValue("--network") };
    for (const note of notes) {
      const seconds = note.seconds === undefined ? now - note.time : note.seconds;
      if (note.silent || note.time + seconds < now - here / speed) continue;
      pen.globalAlpha = 0.25 + (0.75 * note.velocity) / 127;
      pen.fillStyle = colours[note.who];
      pen.fillRect(x(note.time), y(note.pitch), Math.max(seconds * speed, 2), bar);
    }
    pen.globalAlpha = 0.7;
    for (const note of planned) {
      if (note.silent) continue;
      pen.strokeStyle = colours[note.who];
      pen.strokeRect(x(note.time) + 0.5, y(note.pitch) + 0.5, Math.max((note.seconds || 0) * speed, 2), bar);
    }
    pen.globalAlpha = 1;
  }
}
