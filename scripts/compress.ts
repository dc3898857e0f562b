// Compresses the built app's files once, so that the server has only to send them.
import { glob, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Fonts, pictures and maps are left alone: compressed already, or asked for by nobody but developers. */
const COMPRESSIBLE = "**/*.{html,js,css,svg,webmanifest,json,vtt,txt}";
/** Below this a header is longer than what is saved. */
const MIN_SIZE_BYTES = 1_000;

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Writes `name.br` and `name.gz` beside every file that gets smaller by it. */
export async function compressFiles(dir: string): Promise<void> {
  for await (const name of glob(COMPRESSIBLE, { cwd: dir })) {
    const bytes = await readFile(join(dir, name));
    if (bytes.byteLength < MIN_SIZE_BYTES) continue;
    const [small, smallish] = await Promise.all([
      // 10 of 11: the last step takes twice the time for one per cent.
      brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }),
      gzipped(bytes, { level: 9 }),
    ]);
    await Promise.all([
      writeFile(join(dir, `${name}.br`), small),
      writeFile(join(dir, `${name}.gz`), smallish),
    ]);
  }
}
