// Which Whisper models there are, where their weights come from, and which one fits this machine.
import { availableParallelism, totalmem } from "node:os";

/** A model in whisper.cpp's ggml format. */
export type SpeechModel = {
  /** Its name as people type it, e.g. "small-q5_1". */
  name: string;
  fileName: string;
  /** Published by whisper.cpp beside the weights. */
  sha1: string;
  /** Rounded; for progress before the server has said it exactly. */
  sizeBytes: number;
  /** Memory that transcribing with it needs, weights and buffers. */
  memoryBytes: number;
};

const MiB = 1024 * 1024;

function model(name: string, sizeMiB: number, memoryMiB: number, sha1: string): SpeechModel {
  const fileName = `ggml-${name}.bin`;
  return { name, fileName, sha1, sizeBytes: sizeMiB * MiB, memoryBytes: memoryMiB * MiB };
}

/** From small and fast to large and exact. All but those with ".en" understand about a hundred languages. */
export const speechModels: readonly SpeechModel[] = [
  model("tiny-q5_1", 31, 200, "2827a03e495b1ed3048ef28a6a4620537db4ee51"),
  model("tiny", 75, 280, "bd577a113a864445d4c299885e0cb97d4ba92b5f"),
  model("base-q5_1", 57, 280, "a3733eda680ef76256db5fc5dd9de8629e62c5e7"),
  model("base", 142, 390, "465707469ff3a37a2b9b8d8f89f2f99de7299dac"),
  model("small-q5_1", 181, 600, "6fe57ddcfdd1c6b07cdcc73aaf620810ce5fc771"),
  model("small", 466, 860, "55356645c2b361a969dfd0ef2c5a50d530afd8d5"),
  model("medium-q5_0", 514, 1400, "7718d4c1ec62ca96998f058114db98236937490e"),
  model("large-v3-turbo-q5_0", 547, 1600, "e050f7970618a659205450ad97eb95a18d69c9ee"),
  model("large-v3-turbo", 1549, 2600, "4af2b29d7ec73d781377bfd1758ca957a807e941"),
];

/** Where whisper.cpp publishes its models. Another place with the same file names may be given instead. */
export const defaultModelsUrl = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main";

/** The model of that name, or undefined. */
export function modelByName(name: string): SpeechModel | undefined {
  return speechModels.find((model) => model.name === name);
}

export type Machine = { cores: number; totalMemoryBytes: number };

/** This machine, as `chooseModel` wants to know it. */
export function thisMachine(): Machine {
  return { cores: availableParallelism(), totalMemoryBytes: totalmem() };
}

/**
 * The default model: the best one that keeps up with a lecture that is being spoken.
 *
 * The encoder's work on a window of 30 s is about 37 billion operations for tiny, 85 for base and 340
 * for small; a core is reckoned to do about 10 billion a second with the binding's x64 build. Of eight
 * cores as a system counts them four are real: they take about a third of the time that was spoken
 * for small; one core takes the same for base. Half of the memory stays free, too.
 */
export function chooseModel(machine: Machine): SpeechModel {
  const wanted = machine.cores >= 8 ? "small-q5_1" : machine.cores >= 2 ? "base-q5_1" : "tiny-q5_1";
  const affordable = (name: string) =>
    (modelByName(name)?.memoryBytes ?? Infinity) <= machine.totalMemoryBytes / 2;
  const name = [wanted, "base-q5_1", "tiny-q5_1"].find(affordable) ?? "tiny-q5_1";
  const chosen = modelByName(name);
  if (!chosen) throw new Error(`The model ${name} is missing from the catalogue.`);
  return chosen;
}
