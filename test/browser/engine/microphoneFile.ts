/** A WAV file of the known signal, for the browser's fake microphone. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signalWav, type SignalOptions } from "../signal.ts";

export async function makeMicrophoneFile(
  seconds: number,
  options: Pick<SignalOptions, "pauseEverySeconds"> = {},
): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "lectern-microphone-"));
  const path = join(folder, "signal.wav");
  await writeFile(path, signalWav({ seconds, ...options }));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
