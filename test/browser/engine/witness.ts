/**
 * A witness beside the recorder, on the same microphone: every sample that the browser delivers, and when it was
 * captured. Chromium's fake microphone plays its file turn by turn, every 10 ms; when it is woken too late for a turn it
 * leaves it out, so that its sound goes on later than the clock. Nothing of the sound is lost by that, but whoever wants
 * to know whether a recorder put it into the right places has to know how long the microphone stood still, and when.
 */
import type { Page } from "playwright-core";
import type { Testimony } from "./witnessWorker.ts";

/** What the witness can say. */
export type Witness = {
  /** All sound that the microphone delivered, without a break. */
  pcm: Float32Array;
  sampleRateHz: number;
  standstills: Standstill[];
  /** performance.now() of the recording page when the lecture's clock showed 0. */
  lectureStartMs: number;
};

/** A moment from which on the sound is later than before; earlier, where it lasted less than 0 ms. */
export type Standstill = { atMs: number; lastedMs: number };

type WitnessWindow = typeof globalThis & {
  witness?: { stop: () => Promise<Testimony>; testimony?: Testimony };
  MediaStreamTrackProcessor: new (options: { track: MediaStreamTrack; maxBufferSize: number }) => {
    readable: ReadableStream;
  };
};

/** Buffers of 10 ms that may wait for a worker that gets no processor: ten seconds. */
const MOST_WAITING = 1_000;
/** A clock that is a little fast or slow is no standstill: that is what drift is about. */
const LEAST_STANDSTILL_MS = 5;

/** From now on whoever opens the microphone is heard by the witness as well. */
export async function callWitness(page: Page): Promise<void> {
  await page.evaluate((maxBufferSize) => {
    const host = globalThis as WitnessWindow;
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      const track = stream.getAudioTracks()[0]?.clone();
      if (!track) throw new Error("The microphone has no track.");
      const { readable } = new host.MediaStreamTrackProcessor({ track, maxBufferSize });
      const worker = new Worker("/witnessWorker.js", { type: "module" });
      const said = new Promise<Testimony>((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<Testimony>) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(`The witness failed: ${message}`));
      });
      const { timeOrigin: timeOriginMs } = performance;
      worker.postMessage({ delivered: readable, timeOriginMs }, [readable]);
      host.witness = {
        stop: () => {
          track.stop();
          return said;
        },
      };
      return stream;
    };
  }, MOST_WAITING);
}

/** What the witness has heard until now; it listens no longer. To be asked after the recorder has stopped. */
export async function heardByWitness(page: Page, lectureStartMs: number): Promise<Witness> {
  const sampleRateHz = await page.evaluate(async () => {
    const { witness } = globalThis as WitnessWindow;
    if (!witness) throw new Error("Nobody opened the microphone.");
    witness.testimony = await witness.stop();
    return witness.testimony.sampleRateHz;
  });
  const samples = new Int16Array(await bytesOf(page, "samples"));
  const soundMs = new Float64Array(await bytesOf(page, "soundMs"));
  const capturedMs = new Float64Array(await bytesOf(page, "capturedMs"));
  return {
    pcm: Float32Array.from(samples, (sample) => sample / 32_767),
    sampleRateHz,
    standstills: standstillsIn(soundMs, capturedMs),
    lectureStartMs,
  };
}

function standstillsIn(soundMs: Float64Array, capturedMs: Float64Array): Standstill[] {
  const standstills: Standstill[] = [];
  for (let i = 1; i < soundMs.length; i++) {
    const elapsedMs = (capturedMs[i] ?? 0) - (capturedMs[i - 1] ?? 0);
    const lastedMs = elapsedMs - ((soundMs[i] ?? 0) - (soundMs[i - 1] ?? 0));
    // Below 0 where a buffer's time was said too late: the next one takes it back.
    if (Math.abs(lastedMs) < LEAST_STANDSTILL_MS) continue;
    standstills.push({ atMs: capturedMs[i] ?? 0, lastedMs });
  }
  return standstills;
}

/** One of the testimony's arrays, as the bytes that it is made of. */
async function bytesOf(
  page: Page,
  name: "samples" | "soundMs" | "capturedMs",
): Promise<ArrayBuffer> {
  const base64 = await page.evaluate(async (name) => {
    const array = (globalThis as WitnessWindow).witness?.testimony?.[name];
    if (!array) throw new Error("The witness has said nothing.");
    return new Promise<string>((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () =>
        resolve(typeof reader.result === "string" ? reader.result.replace(/^[^,]*,/, "") : "");
      reader.onerror = () => reject(new Error("What the witness said can't be read."));
      reader.readAsDataURL(new Blob([array]));
    });
  }, name);
  return Uint8Array.from(Buffer.from(base64, "base64")).buffer;
}
