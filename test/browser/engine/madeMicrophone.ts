/** A microphone that a test can mute, silence, stall and unplug: a tone from an audio graph in place of the real one. Runs in the browser. */
export type MadeMicrophone = {
  unplug(): void;
  setMuted(muted: boolean): void;
  /** Exact zeros, as from a switched-off microphone. */
  setSilent(silent: boolean): void;
  /** Nothing arrives any more, and no event says so. */
  stall(): Promise<void>;
  /** How often a microphone was opened. */
  opened: number;
  /** Opening fails from now on, as with none plugged in. */
  gone: boolean;
};

/**
 * @param loudness largest sample of the tone, 1 at full scale
 */
export function makeMicrophone(loudness = 0.2): MadeMicrophone {
  let context: AudioContext | undefined;
  let gain: GainNode | undefined;
  let track: MediaStreamTrack | undefined;
  const made: MadeMicrophone = {
    opened: 0,
    gone: false,
    // A track that is stopped ends its recorder just as one that is unplugged does.
    unplug: () => track?.stop(),
    setMuted: (muted) => track?.dispatchEvent(new Event(muted ? "mute" : "unmute")),
    setSilent: (silent) => gain?.gain.setValueAtTime(silent ? 0 : loudness, 0),
    stall: async () => context?.suspend(),
  };
  navigator.mediaDevices.getUserMedia = async () => {
    if (made.gone) throw new DOMException("Requested device not found", "NotFoundError");
    made.opened++;
    context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 440 });
    gain = new GainNode(context, { gain: loudness });
    const destination = context.createMediaStreamDestination();
    tone.connect(gain).connect(destination);
    tone.start();
    track = destination.stream.getAudioTracks()[0];
    return destination.stream;
  };
  return made;
}
