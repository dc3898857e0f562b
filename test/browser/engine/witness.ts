/**
 * A second recording of the same microphone by the browser alone, from the first to the last moment in one piece. What it
 * does not have either, the fake microphone never played: on a busy machine it drops or repeats a buffer now and then.
 */
import type { Page } from "playwright-core";

type WitnessWindow = typeof globalThis & { witness?: () => Promise<string> };

/** From now on whoever opens the microphone is recorded by the witness as well. */
export async function callWitness(page: Page): Promise<void> {
  await page.evaluate(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      const recorder = new MediaRecorder(stream.clone(), { audioBitsPerSecond: 64_000 });
      const parts: Blob[] = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      recorder.start(1000);
      const host: WitnessWindow = globalThis;
      host.witness = async () => {
        const stopped = new Promise((resolve) => (recorder.onstop = resolve));
        recorder.stop();
        await stopped;
        return new Promise((resolve, reject) => {
          const reader = new FileReader();
          reader.onload = () =>
            resolve(typeof reader.result === "string" ? reader.result.replace(/^[^,]*,/, "") : "");
          reader.onerror = () => reject(new Error("The witness can't be read."));
          reader.readAsDataURL(new Blob(parts));
        });
      };
      return stream;
    };
  });
}

/** What the witness has recorded, as webm with Opus. */
export async function heardByWitness(page: Page): Promise<Uint8Array<ArrayBuffer>> {
  const base64 = await page.evaluate(() => (globalThis as WitnessWindow).witness?.());
  if (!base64) throw new Error("Nobody opened the microphone.");
  return Uint8Array.from(Buffer.from(base64, "base64"));
}
