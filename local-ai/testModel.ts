// Writes a Whisper model for tests: a real file in whisper.cpp's ggml format, small and made in
// milliseconds, that "hears" the same two sentences in every window that it is given.
import { writeFileSync } from "node:fs";

/** What the test model hears, with the times that it gives in seconds. */
export const heard = [
  { start: 0, end: 1, text: "Good morning everyone." },
  { start: 1.02, end: 2, text: "Welcome back." },
] as const;

// The sizes of a model. Those of the vocabulary and of the window are Whisper's own.
const vocabularySize = 51_865;
const state = 16;
const audioContext = 1500;
const textContext = 448;
const melBins = 80;
const fftBins = 201;

// Special tokens of the multilingual vocabulary.
const endOfText = 50_257;
const startOfTranscript = 50_258;
const english = 50_259;
const transcribe = 50_359;
const timestamp = (seconds: number) => 50_364 + Math.round(seconds / 0.02);

/** Whisper's decoder looks for the token " " by name, so that it may not be missing. */
const words = [" ", " Good", " morning", " everyone.", " Welcome", " back."];
const word = (text: string) => words.indexOf(text);

/** Each token is followed by the next one in this row, whatever was said. */
const chain = [
  startOfTranscript,
  english,
  transcribe,
  timestamp(0),
  word(" Good"),
  word(" morning"),
  word(" everyone."),
  timestamp(1),
  timestamp(1.02),
  word(" Welcome"),
  word(" back."),
  timestamp(2),
  endOfText,
];

/**
 * The file as `whisper_model_load` reads it: magic, eleven sizes, mel filters, vocabulary, tensors.
 *
 * All weights are zero but those of the decoder's token embedding and of its one MLP. Each token of
 * the chain has a Walsh code as its embedding (orthogonal to all others, mean zero); the MLP's unit
 * k answers to the code of token k and adds the code of token k + 1, which then is the likeliest.
 */
export function writeTestModel(file: string): void {
  const sizes = [
    ...[vocabularySize, audioContext, state, 1, 1],
    ...[textContext, state, 1, 1, melBins, 1 /* weights are 16-bit floats */],
  ];
  const vocabulary = words.flatMap((text) => [int32(Buffer.byteLength(text)), Buffer.from(text)]);
  writeFileSync(
    file,
    Buffer.concat([
      int32(0x67676d6c, ...sizes, melBins, fftBins),
      Buffer.alloc(4 * melBins * fftBins),
      int32(words.length),
      ...vocabulary,
      ...encoder(),
      ...decoder(),
    ]),
  );
}

function encoder(): Buffer[] {
  return [
    float32("encoder.positional_embedding", [state, audioContext]),
    float16("encoder.conv1.weight", [3, melBins, state]),
    float32("encoder.conv1.bias", [1, state]),
    float16("encoder.conv2.weight", [3, state, state]),
    float32("encoder.conv2.bias", [1, state]),
    ...norm("encoder.ln_post"),
    ...mlp("encoder.blocks.0"),
    ...attention("encoder.blocks.0.attn"),
  ];
}

function decoder(): Buffer[] {
  const embedding = new Float32Array(state * vocabularySize);
  const detect = new Float32Array(state * 4 * state);
  const answer = new Float32Array(4 * state * state);
  chain.forEach((token, k) => {
    const next = chain[k + 1] === undefined ? undefined : k + 1;
    for (let i = 0; i < state; i += 1) {
      embedding[token * state + i] = 2 * code(k, i);
      if (next === undefined) continue;
      detect[k * state + i] = 0.5 * code(k, i);
      answer[i * 4 * state + k] = code(next, i);
    }
  });
  return [
    float32("decoder.positional_embedding", [state, textContext]),
    float16("decoder.token_embedding.weight", [state, vocabularySize], embedding),
    ...norm("decoder.ln", 1),
    ...mlp("decoder.blocks.0", { norm: 1, detect, answer }),
    ...attention("decoder.blocks.0.attn"),
    ...attention("decoder.blocks.0.cross_attn"),
  ];
}

/** Element i of the k-th Walsh code after the constant one: 1 or -1. */
function code(k: number, i: number): number {
  let bits = (k + 1) & i;
  let sign = 1;
  for (; bits > 0; bits &= bits - 1) sign = -sign;
  return sign;
}

function norm(name: string, weight = 0): Buffer[] {
  return [
    float32(`${name}.weight`, [state], new Float32Array(state).fill(weight)),
    float32(`${name}.bias`, [state]),
  ];
}

function mlp(
  block: string,
  weights?: { norm: number; detect: Float32Array; answer: Float32Array },
): Buffer[] {
  return [
    ...norm(`${block}.mlp_ln`, weights?.norm),
    float16(`${block}.mlp.0.weight`, [state, 4 * state], weights?.detect),
    float32(`${block}.mlp.0.bias`, [4 * state]),
    float16(`${block}.mlp.2.weight`, [4 * state, state], weights?.answer),
    float32(`${block}.mlp.2.bias`, [state]),
  ];
}

function attention(name: string): Buffer[] {
  return [
    ...norm(`${name}_ln`),
    float16(`${name}.query.weight`, [state, state]),
    float32(`${name}.query.bias`, [state]),
    float16(`${name}.key.weight`, [state, state]),
    float16(`${name}.value.weight`, [state, state]),
    float32(`${name}.value.bias`, [state]),
    float16(`${name}.out.weight`, [state, state]),
    float32(`${name}.out.bias`, [state]),
  ];
}

/** A tensor's record: dimensions (innermost first), type, name, data. Without data it is zero. */
function float32(name: string, dimensions: number[], data?: Float32Array): Buffer {
  const values = data ?? new Float32Array(product(dimensions));
  return tensor(name, 0, dimensions, Buffer.from(values.buffer));
}

function float16(name: string, dimensions: number[], data?: Float32Array): Buffer {
  const values = Buffer.alloc(2 * product(dimensions));
  data?.forEach((value, index) => {
    if (value !== 0) values.writeUInt16LE(halfOf(value), 2 * index);
  });
  return tensor(name, 1, dimensions, values);
}

/** The 16-bit float of a power of two or its negative: the only values that are used here. */
function halfOf(value: number): number {
  return (value < 0 ? 0x8000 : 0) | ((Math.log2(Math.abs(value)) + 15) << 10);
}

function tensor(name: string, type: number, dimensions: number[], data: Buffer): Buffer {
  const head = int32(dimensions.length, Buffer.byteLength(name), type, ...dimensions);
  return Buffer.concat([head, Buffer.from(name), data]);
}

function int32(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => bytes.writeInt32LE(number, 4 * index));
  return bytes;
}

function product(numbers: number[]): number {
  return numbers.reduce((a, b) => a * b, 1);
}
