/** A WAV file of the known signal, for the browser's fake microphone. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signalWav } from "../signal.ts";

export async function makeMicrophoneFile(
  seconds: number,
): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "lectern-microphone-"));
  const path = join(folder, "signal.wav");
  await writeFile(path, signalWav({ seconds }));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
