/**
 * Measures the loudness of a live stream, about twenty times a second. An AudioWorklet does the counting where there is
 * one, because timers of a hidden page come once a second or less, and messages from the audio thread do not.
 */

export type Level = {
  /** Root mean square, 0 to 1. */
  rms: number;
  /** Of all channels: a microphone may be on the second one only. */
  peak: number;
  /** How much sound was measured without a gap; 0 when the measuring has gaps. */
  durationMs: number;
  /** From performance.now(), at arrival. */
  atMs: number;
};

/** Runs on the audio thread, which loads nothing but a script: hence a text. 2,400 samples are 50 ms at 48 kHz. */
const PROCESSOR = `
registerProcessor("lectern-level", class extends AudioWorkletProcessor {
  constructor() { super(); this.clear(); }
  clear() { this.frames = 0; this.count = 0; this.sum = 0; this.peak = 0; }
  process([channels]) {
    if (channels.length === 0) return true;
    for (const samples of channels) {
      for (const sample of samples) {
        this.sum += sample * sample;
        if (sample > this.peak) this.peak = sample; else if (-sample > this.peak) this.peak = -sample;
      }
      this.count += samples.length;
    }
    this.frames += channels[0].length;
    if (this.frames >= sampleRate / 20) {
      const durationMs = (this.frames / sampleRate) * 1000;
      this.port.postMessage({ rms: Math.sqrt(this.sum / this.count), peak: this.peak, durationMs });
      this.clear();
    }
    return true;
  }
});`;

const FALLBACK_INTERVAL_MS = 50;

/**
 * @returns how to stop measuring
 */
export async function measureLevels(
  stream: MediaStream,
  onLevel: (level: Level) => void,
): Promise<() => void> {
  const context = new AudioContext({ latencyHint: "interactive" });
  const source = context.createMediaStreamSource(stream);
  const disconnect =
    (await measureOnAudioThread(context, source, onLevel)) ??
    measureByTimer(context, source, onLevel);
  // Safari suspends the context when a call comes in; it must go on after it.
  context.onstatechange = () => void resume(context);
  await resume(context);
  return () => {
    context.onstatechange = null;
    disconnect();
    source.disconnect();
    void context.close();
  };
}

async function resume(context: AudioContext): Promise<void> {
  if (context.state === "running" || context.state === "closed") return;
  // Refused before the first touch or click on the page: the next state change tries again.
  await context.resume().catch(() => undefined);
}

async function measureOnAudioThread(
  context: AudioContext,
  source: MediaStreamAudioSourceNode,
  onLevel: (level: Level) => void,
): Promise<(() => void) | undefined> {
  const url = URL.createObjectURL(new Blob([PROCESSOR], { type: "text/javascript" }));
  try {
    await context.audioWorklet.addModule(url);
  } catch {
    // A strict content policy, or a browser without worklets.
    return undefined;
  } finally {
    URL.revokeObjectURL(url);
  }
  const node = new AudioWorkletNode(context, "lectern-level", { numberOfOutputs: 0 });
  node.port.onmessage = ({ data }: MessageEvent<Omit<Level, "atMs">>) =>
    onLevel({ ...data, atMs: performance.now() });
  source.connect(node);
  return () => node.port.close();
}

function measureByTimer(
  context: AudioContext,
  source: MediaStreamAudioSourceNode,
  onLevel: (level: Level) => void,
): () => void {
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    let peak = 0;
    for (const sample of samples) {
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    // Timers come late, and the samples in between are never seen.
    onLevel({
      rms: Math.sqrt(sum / samples.length),
      peak,
      durationMs: 0,
      atMs: performance.now(),
    });
  }, FALLBACK_INTERVAL_MS);
  return () => clearInterval(timer);
}
