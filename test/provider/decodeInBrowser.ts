/** Decodes what only a browser can decode freely (AAC above all), in one helper page that is opened when first needed. */
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../browser/chromium.ts";
import type { DecodedAudio } from "./decode.ts";

/** Enough for speech and for the tests' signal; all samples travel from the browser to here. */
const SAMPLE_RATE_HZ = 16_000;

type Helper = { browser: Browser; page: Page };
let helper: Promise<Helper> | undefined;

export async function decodeInBrowser(bytes: Uint8Array): Promise<DecodedAudio> {
  helper ??= openHelper();
  const { page } = await helper;
  const encoded = await page.evaluate(decodeToBase64, {
    base64: Buffer.from(bytes).toString("base64"),
    sampleRateHz: SAMPLE_RATE_HZ,
  });
  const pcmBytes = Uint8Array.from(Buffer.from(encoded, "base64"));
  return { sampleRateHz: SAMPLE_RATE_HZ, pcm: new Float32Array(pcmBytes.buffer) };
}

/** Closes the helper page, so that the process can end. */
export async function closeDecoder(): Promise<void> {
  const open = helper;
  helper = undefined;
  await (await open)?.browser.close();
}

async function openHelper(): Promise<Helper> {
  const browser = await launchChromium();
  return { browser, page: await browser.newPage() };
}

/** Runs in the page. Base64 by FileReader and fetch: both take many megabytes without a large call stack. */
async function decodeToBase64(job: { base64: string; sampleRateHz: number }): Promise<string> {
  const bytes = Uint8Array.from(atob(job.base64), (letter) => letter.charCodeAt(0));
  const context = new OfflineAudioContext(1, 1, job.sampleRateHz);
  const audio = await context.decodeAudioData(bytes.buffer);
  const samples = new Blob([audio.getChannelData(0)]);
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(new Error("The decoded samples could not be read."));
    reader.readAsDataURL(samples);
  });
  return url.slice(url.indexOf(",") + 1);
}
