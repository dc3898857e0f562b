/** Writes down what a microphone's track delivers, sample by sample, and when each buffer of it was captured. Runs in the browser. */

/** The part of Chromium's AudioData that is used here; TypeScript does not know it yet. */
type Delivered = {
  /** When it was captured, in microseconds of the browser's own clock, which runs as evenly as performance.now(). */
  timestamp: number;
  numberOfFrames: number;
  sampleRate: number;
  copyTo(samples: Float32Array, options: { planeIndex: number; format: "f32-planar" }): void;
  close(): void;
};

/** All that the track delivered, until it ended. */
export type Testimony = {
  sampleRateHz: number;
  /** 16 bits each, of the first channel, thinned to `sampleRateHz`. */
  samples: Int16Array<ArrayBuffer>;
  /** For each buffer but the very first ones: how much sound came before it, in ms, and when it was captured, in ms of performance.now(). */
  soundMs: Float64Array<ArrayBuffer>;
  capturedMs: Float64Array<ArrayBuffer>;
};

type WorkerScope = {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(message: Testimony): void;
};
/** The page's performance.timeOrigin goes with it: this worker's own clock began later. */
type Order = { delivered: ReadableStream<Delivered>; timeOriginMs: number };

// The worker's global scope; TypeScript's worker library would clash with the page's.
const scope = globalThis as unknown as WorkerScope;

/** All of the known signal is below 4 kHz: a quarter of the samples says as much. */
const THINNED = 4;
/** A microphone that has just been opened says other times of its first buffers. */
const SETTLING_MS = 100;

scope.onmessage = ({ data }) => void listen(data).then((said) => scope.postMessage(said));

async function listen({ delivered, timeOriginMs }: Order): Promise<Testimony> {
  const parts: Int16Array[] = [];
  const soundMs: number[] = [];
  const timestampsMs: number[] = [];
  const reader = delivered.getReader();
  let heardMs = 0;
  let sampleRateHz = 0;
  /** How much performance.now() is ahead of the buffers' own times when they arrive. */
  const aheadMs: number[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (heardMs >= SETTLING_MS) {
      const arrivedMs = performance.timeOrigin - timeOriginMs + performance.now();
      const timestampMs = value.timestamp / 1000;
      aheadMs.push(arrivedMs - timestampMs);
      soundMs.push(heardMs);
      timestampsMs.push(timestampMs);
    }
    sampleRateHz = value.sampleRate / THINNED;
    heardMs += (value.numberOfFrames / value.sampleRate) * 1000;
    const samples = new Float32Array(value.numberOfFrames);
    value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    value.close();
    parts.push(thinned(samples));
  }
  const samples = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  // Some arrive late, and a microphone that opens on a busy machine says wrong times for a while: hence the middle.
  const clockOffsetMs = aheadMs.sort((a, b) => a - b)[Math.floor(aheadMs.length / 2)] ?? 0;
  const capturedMs = timestampsMs.map((ms) => ms + clockOffsetMs);
  return {
    sampleRateHz,
    samples,
    soundMs: Float64Array.from(soundMs),
    capturedMs: Float64Array.from(capturedMs),
  };
}

function thinned(samples: Float32Array): Int16Array {
  const fewer = new Int16Array(Math.floor(samples.length / THINNED));
  for (let i = 0; i < fewer.length; i++) {
    let sum = 0;
    for (let k = 0; k < THINNED; k++) sum += samples[i * THINNED + k] ?? 0;
    fewer[i] = Math.round(Math.max(-1, Math.min(1, sum / THINNED)) * 32_767);
  }
  return fewer;
}
