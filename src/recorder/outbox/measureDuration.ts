/** Reads from recorded bytes how long they last. Apart from recovery.ts, so that the media library loads only then. */

/** @returns milliseconds, or undefined when the bytes hold no sound that can be read */
export async function measureDuration(bytes: Blob): Promise<number | undefined> {
  const { BlobSource, Input, MATROSKA, MP4, OGG, WEBM } = await import("mediabunny");
  const input = new Input({ source: new BlobSource(bytes), formats: [WEBM, MATROSKA, MP4, OGG] });
  try {
    const track = await input.getPrimaryAudioTrack();
    const durationMs = track ? (await track.computeDuration()) * 1000 : 0;
    return durationMs > 0 ? Math.round(durationMs) : undefined;
  } catch {
    // Cut off before the first packet; the number of slices tells well enough.
    return undefined;
  } finally {
    input.dispose();
  }
}
