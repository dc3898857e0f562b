// The whole system for an end-to-end test: the provider, Lectern configured to use it, and a browser.
import { join } from "node:path";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { Browser } from "playwright-core";
import { launchChromium, type ChromiumOptions } from "../browser/chromium.ts";
import { startProvider, type Provider, type ProviderScript } from "../provider/server.ts";
import { startLectern, type Lectern } from "./lectern.ts";

export type World = {
  provider: Provider;
  lectern: Lectern;
  browser: Browser;
  close(): Promise<void>;
};

/** What the person who runs Lectern sets to use the test provider for everything. */
export function providerSettings(provider: Provider): Record<string, string> {
  return {
    OPENAI_API_KEY: "test-key",
    OPENAI_BASE_URL: provider.url,
    TRANSCRIPTION_MODEL: "test-transcriber",
    NOTES_MODEL: "test-writer",
  };
}

export async function startWorld(
  options: {
    script?: ProviderScript;
    /** The sound that the fake microphone plays, as a WAV file. */
    microphone?: Uint8Array;
    chromium?: ChromiumOptions;
    env?: (provider: Provider) => Record<string, string>;
  } = {},
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "lectern-world-"));
  const microphoneFile = join(folder, "microphone.wav");
  if (options.microphone) await writeFile(microphoneFile, options.microphone);
  const provider = await startProvider(options.script);
  const env = (options.env ?? providerSettings)(provider);
  const [lectern, browser] = await Promise.all([
    startLectern({ env }),
    launchChromium({
      ...options.chromium,
      ...(options.microphone ? { microphoneFile } : {}),
    }),
  ]);
  return {
    provider,
    lectern,
    browser,
    close: async () => {
      await browser.close();
      await lectern.close();
      await provider.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
