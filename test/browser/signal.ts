/**
 * A sound that says where it is: every second is a chord that spells its own number. Whoever decodes any stretch of it
 * knows which seconds it holds, so lost, doubled or reordered audio shows up as wrong numbers.
 *
 * Six tones sound at once, one out of eight in each of six bands between 400 and 4,000 Hz: five octal digits of the
 * number (up to nine hours) and a check digit. The chord lasts through its second, so that any 150 ms of it are enough.
 */

const DIGITS = 5;
const BANDS = DIGITS + 1;
const TONES_PER_BAND = 8;
const LOWEST_HZ = 400;
const SPACING_HZ = 75;
/** Six of them stay below full scale. */
const TONE_AMPLITUDE = 0.12;
/** Shorter than its second, so that the same number twice in a row is heard as two. */
const TONE_MS = 850;
/** In every twentieth second, or as often as is wanted, the chord is short, which leaves a pause of 700 ms in which a recorder may cut. */
const PAUSE_EVERY_SECONDS = 20;
const TONE_BEFORE_PAUSE_MS = 300;
const FADE_MS = 5;

const WINDOW_MS = 60;
const HOP_MS = 20;
/** A number counts as heard from this much of its chord. */
const HEARD_MS = 120;
/** Two stretches of one number this close are one. */
const JOIN_MS = 20;
/**
 * The loudest tone of a band must be this much above the second loudest, in power. Opus at 32 kbit/s brings a neighbour
 * of a few chords to within 5 dB; the check digit refuses what is mistaken.
 */
const CLEAR_RATIO = 2;

export type SignalOptions = {
  seconds: number;
  /** The number of the first second. */
  firstSecond?: number;
  sampleRateHz?: number;
  /** How often there is a pause in which a recorder may cut. 20 by default. */
  pauseEverySeconds?: number;
};

/** A second's number and where in the sound it was heard. */
export type HeardSecond = { second: number; fromMs: number; toMs: number };

/** The signal as samples. */
export function signalSamples(options: SignalOptions): Float32Array {
  const { seconds, firstSecond = 0, sampleRateHz = 48_000 } = options;
  const { pauseEverySeconds = PAUSE_EVERY_SECONDS } = options;
  const samples = new Float32Array(seconds * sampleRateHz);
  for (let i = 0; i < seconds; i++) {
    const second = firstSecond + i;
    const beforePause = second % pauseEverySeconds === pauseEverySeconds - 1;
    const toneMs = beforePause ? TONE_BEFORE_PAUSE_MS : TONE_MS;
    addChord(samples, i * sampleRateHz, { second, toneMs, sampleRateHz });
  }
  return samples;
}

/** The signal as a mono 16-bit WAV file. */
export function signalWav(options: SignalOptions): Uint8Array<ArrayBuffer> {
  return wavFile(signalSamples(options), options.sampleRateHz ?? 48_000);
}

/** Samples as a mono 16-bit WAV file. */
export function wavFile(samples: Float32Array, sampleRateHz: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (offset: number, value: string) =>
    bytes.set(new TextEncoder().encode(value), offset);
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, i) => {
    view.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true);
  });
  return bytes;
}

/** Which seconds a sound holds, in the order in which they are heard. */
export function secondsHeard(samples: Float32Array, sampleRateHz: number): HeardSecond[] {
  return secondsIn(...thinned(samples, sampleRateHz));
}

/** All tones are below 4 kHz: listening at 12 kHz hears the same with a quarter of the work. */
export function thinned(samples: Float32Array, sampleRateHz: number): [Float32Array, number] {
  const factor = Math.max(1, Math.floor(sampleRateHz / 12_000));
  const fewer = new Float32Array(Math.floor(samples.length / factor));
  for (let i = 0; i < fewer.length; i++) {
    let sum = 0;
    for (let k = 0; k < factor; k++) sum += samples[i * factor + k] ?? 0;
    fewer[i] = sum / factor;
  }
  return [fewer, sampleRateHz / factor];
}

function secondsIn(samples: Float32Array, sampleRateHz: number): HeardSecond[] {
  const length = Math.round((WINDOW_MS / 1000) * sampleRateHz);
  const hop = Math.round((HOP_MS / 1000) * sampleRateHz);
  const hann = hannWindow(length);
  const window = new Float64Array(length);
  const heard: HeardSecond[] = [];
  for (let at = 0; at + length <= samples.length; at += hop) {
    for (let i = 0; i < length; i++) window[i] = (samples[at + i] ?? 0) * (hann[i] ?? 0);
    const second = numberIn(window, sampleRateHz);
    if (second === undefined) continue;
    const fromMs = (at / sampleRateHz) * 1000;
    const toMs = fromMs + WINDOW_MS;
    const last = heard.at(-1);
    if (last?.second === second && fromMs - last.toMs <= JOIN_MS) last.toMs = toMs;
    else heard.push({ second, fromMs, toMs });
  }
  return heard.filter(({ fromMs, toMs }) => toMs - fromMs >= HEARD_MS);
}

function addChord(
  samples: Float32Array,
  at: number,
  { second, toneMs, sampleRateHz }: { second: number; toneMs: number; sampleRateHz: number },
): void {
  const length = Math.round((toneMs / 1000) * sampleRateHz);
  const fade = (FADE_MS / 1000) * sampleRateHz;
  const tones = frequencies(second);
  for (let i = 0; i < length; i++) {
    const envelope = Math.min(1, i / fade, (length - i) / fade);
    let sum = 0;
    for (const frequency of tones) sum += Math.sin((2 * Math.PI * frequency * i) / sampleRateHz);
    samples[at + i] = sum * TONE_AMPLITUDE * envelope;
  }
}

function frequencies(second: number): number[] {
  const digits = Array.from({ length: DIGITS }, (_, i) => Math.floor(second / 8 ** i) % 8);
  return [...digits, checkDigit(digits)].map((digit, band) => frequency(band, digit));
}

function frequency(band: number, digit: number): number {
  return LOWEST_HZ + (band * TONES_PER_BAND + digit) * SPACING_HZ;
}

/** Weighted, so that two swapped digits are noticed. */
function checkDigit(digits: number[]): number {
  return digits.reduce((sum, digit, i) => sum + digit * (i + 1), 3) % 8;
}

function numberIn(window: Float64Array, sampleRateHz: number): number | undefined {
  const digits: number[] = [];
  for (let band = 0; band < BANDS; band++) {
    const digit = loudestTone(window, band, sampleRateHz);
    if (digit === undefined) return undefined;
    digits.push(digit);
  }
  const check = digits.pop();
  if (check !== checkDigit(digits)) return undefined;
  return digits.reduce((sum, digit, i) => sum + digit * 8 ** i, 0);
}

function loudestTone(window: Float64Array, band: number, sampleRateHz: number): number | undefined {
  const powers = powersIn(window, band, sampleRateHz);
  const loudest = Math.max(...powers);
  const digit = powers.indexOf(loudest);
  const second = Math.max(...powers.filter((_, i) => i !== digit));
  // Quieter than -60 dB is no chord.
  return loudest > 1e-6 && loudest > second * CLEAR_RATIO ? digit : undefined;
}

function powersIn(window: Float64Array, band: number, sampleRateHz: number): number[] {
  const powers: number[] = [];
  for (let digit = 0; digit < TONES_PER_BAND; digit += 4) {
    const coefficient = (of: number) =>
      2 * Math.cos((2 * Math.PI * frequency(band, digit + of)) / sampleRateHz);
    powers.push(
      ...fourPowers(window, coefficient(0), coefficient(1), coefficient(2), coefficient(3)),
    );
  }
  return powers;
}

/**
 * Goertzel's filter: the squared amplitude at one frequency. Each step waits for the one before it, so four frequencies
 * side by side take hardly longer than one.
 */
function fourPowers(window: Float64Array, a: number, b: number, c: number, d: number): number[] {
  let a1 = 0;
  let b1 = 0;
  let c1 = 0;
  let d1 = 0;
  let a2 = 0;
  let b2 = 0;
  let c2 = 0;
  let d2 = 0;
  for (let i = 0; i < window.length; i++) {
    const sample = window[i] ?? 0;
    const a0 = sample + a * a1 - a2;
    const b0 = sample + b * b1 - b2;
    const c0 = sample + c * c1 - c2;
    const d0 = sample + d * d1 - d2;
    a2 = a1;
    b2 = b1;
    c2 = c1;
    d2 = d1;
    a1 = a0;
    b1 = b0;
    c1 = c0;
    d1 = d0;
  }
  const power = (coefficient: number, before: number, beforeThat: number) =>
    ((before ** 2 + beforeThat ** 2 - coefficient * before * beforeThat) * 16) / window.length ** 2;
  return [power(a, a1, a2), power(b, b1, b2), power(c, c1, c2), power(d, d1, d2)];
}

const hannWindows = new Map<number, Float32Array>();

function hannWindow(length: number): Float32Array {
  const known = hannWindows.get(length);
  if (known) return known;
  const made = Float32Array.from(
    { length },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (length - 1)),
  );
  hannWindows.set(length, made);
  return made;
}
