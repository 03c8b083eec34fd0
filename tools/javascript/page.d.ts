// What the page's scripts hand to each other, for the type checker alone. Steps are 10 ms; times without a unit seconds.

type Who = "user" | "network";
type PageState = "silent" | Who;

/** A row as the network counts it: keys 0 to 87, then the pedal's two; force 0 to 31. */
interface Row {
  delta: number; // steps
  pitch: number;
  force: number;
  duration: number; // steps
}

/** The same at its place. */
interface PlacedRow {
  onset: number; // steps
  pitch: number;
  force: number;
  duration: number; // steps
  expected?: ArrayLike<number>; // of each key, in thousandths
}

/** A note of a MIDI file, in seconds or, while it is read, in ticks. */
interface FileNote {
  onset: number;
  release: number;
  pitch: number;
  velocity: number;
}

interface Voice {
  pitch: number;
  start: number;
  stop: number; // from here on it fades
  /** Fade from `when` on, if that is sooner; before its start: never heard. */
  end(when: number): void;
}

/** A note on the page. */
interface PageNote {
  who: Who;
  time: number;
  pitch: number;
  velocity: number;
  onset: number; // steps of the turn; the user's keys have none, 0
  seconds?: number; // none while it is held
  silent?: boolean; // a row of the pedal
  held?: boolean;
  voice?: Voice;
  expected?: ArrayLike<number>;
}

/** What strikes notes: the piano, or a test's. */
interface Instrument {
  strike(pitch: number, velocity: number, time: number, seconds: number): Voice;
  hush(time: number): void;
}

/** What a keyboard does, on the screen or by MIDI. */
interface Hands {
  down(pitch: number, velocity: number): void;
  up(pitch: number): void;
  pedal(down: boolean): void;
  lost(): void;
}

interface Steering {
  temperature: number;
  topP: number;
  timeTemperature: number;
  timeTopP: number;
  density: number; // notes a second
  loudness: number; // mean velocity
  polyphony: number;
  lowest: number; // keys from 0
  highest: number;
}

interface NetworkWeights {
  settings: { hidden: number; layers: number; head: number; pedal: string; look?: { heads: number; width: number; memory: number } };
  edges: number[];
  arrays: Record<string, { shape: number[]; at: number }>;
  data: Uint16Array; // float16
}

/** The same as the page has it. */
type PageWeights = Omit<NetworkWeights, "data"> & { base64: string };

interface PianoSamples {
  base64: string; // an MP3
  first: number; // the lowest key that is recorded
  step: number; // semitones to the next
  starts: number[]; // where each begins in it
  lengths: number[];
}

type Start<W> = { kind: "start"; weights: W; seed: number; steering: Partial<Steering>; plain?: boolean };

type ToComposer = ToEngine | Start<PageWeights> | { kind: "file"; turn: number; name: string; content: ArrayBuffer };

type ToEngine =
  | Start<NetworkWeights>
  | { kind: "steer"; steering: Partial<Steering> }
  | { kind: "begin"; turn: number; seed: number }
  | { kind: "take"; turn: number; heard: number; notes: PlacedRow[] }
  | { kind: "compose"; turn: number; until: number; heard: number };

type FromComposer =
  | { kind: "ready"; kernel: boolean }
  | { kind: "tick" }
  | { kind: "notes"; turn: number; onset: number; notes: PlacedRow[] }
  | { kind: "file"; turn: number; name: string; count: number; notes: FileNote[] } // the last of them
  | { kind: "refused"; turn: number; name: string; why: string }
  | { kind: "failed"; why: string };

interface Window {
  MAESTRO?: {
    weights?: PageWeights;
    samples?: PianoSamples;
    conductor?: Conductor;
  };
}
