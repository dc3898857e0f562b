// Writes a model in whisper.cpp's ggml format that holds no weights: it loads, runs the real code
// and hears nothing. For tests, which must not need a download.
import { writeFileSync } from "node:fs";

/**
 * The header as `whisper_model_load` reads it: magic, eleven sizes, the mel filters, the vocabulary.
 * No tensors follow; whisper.cpp takes that as an empty model made for testing.
 */
export function writeEmptyModel(file: string): void {
  const [melBins, fftBins] = [80, 201];
  const sizes = {
    vocabulary: 51_865, // the multilingual one
    audioContext: 1500,
    audioState: 64,
    audioHeads: 1,
    audioLayers: 1,
    textContext: 448,
    textState: 64,
    textHeads: 1,
    textLayers: 1,
    melBins,
    float16: 1,
  };
  const magic = 0x67676d6c;
  const numbers = [magic, ...Object.values(sizes), melBins, fftBins];
  const header = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => header.writeInt32LE(number, 4 * index));
  const melFilters = Buffer.alloc(4 * melBins * fftBins);
  const noTokens = Buffer.alloc(4);
  writeFileSync(file, Buffer.concat([header, melFilters, noTokens]));
}
