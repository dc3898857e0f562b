/**
 * A small server for tests of the audio engine alone: serves a page with the engine in it, takes lectures as the
 * backend would, remembers everything, and fails where a test wants it to.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { ChunkRegistration } from "../../../src/recorder/server.ts";

export type ReceivedPiece = ChunkRegistration & { bytes: Uint8Array };

export type ReceivedLecture = {
  lectureId: string;
  clientKey: string;
  source: string;
  title?: string;
  course?: string;
  /** By index. */
  pieces: Map<number, ReceivedPiece>;
  /** How often each index was offered. */
  registrations: Map<number, number>;
  transcript: Map<number, unknown>;
  marks: Map<string, { atMs: number; note?: string }>;
  finished?: { chunkCount: number; durationMs: number };
  removed: boolean;
};

/** "before": nothing is done and the line breaks. "after": it is done, but the answer gets lost. */
export type Fault = "before" | "after" | undefined;

export type EngineServer = {
  url: string;
  lectures: ReceivedLecture[];
  /** Asked before every call; "upload" for bytes. */
  fault: (method: string) => Fault;
  stop(): Promise<void>;
};

const page = fileURLToPath(new URL("./page.ts", import.meta.url));
const worker = fileURLToPath(
  new URL("../../../src/recorder/files/cutter.worker.ts", import.meta.url),
);

const witness = fileURLToPath(new URL("./witnessWorker.ts", import.meta.url));

let bundled: Promise<Map<string, string>> | undefined;

export async function startEngineServer(): Promise<EngineServer> {
  bundled ??= bundle();
  const scripts = await bundled;
  const backend = new Backend();
  const engineServer: EngineServer = {
    url: "",
    lectures: backend.lectures,
    fault: () => undefined,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    void answer(request, response, scripts, backend, (method) => engineServer.fault(method));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  engineServer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return engineServer;
}

async function bundle(): Promise<Map<string, string>> {
  const result = await build({
    entryPoints: { page, "cutter.worker": worker, witnessWorker: witness },
    bundle: true,
    format: "esm",
    splitting: true,
    write: false,
    outdir: "/",
    target: "es2022",
    logLevel: "error",
  });
  return new Map(result.outputFiles.map((file) => [file.path.replace(/^.*[\\/]/, "/"), file.text]));
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  scripts: Map<string, string>,
  backend: Backend,
  faultIn: (method: string) => Fault,
): Promise<void> {
  const path = request.url ?? "/";
  const script = scripts.get(path);
  if (script !== undefined) return send(response, "text/javascript", script);
  if (request.method === "GET") {
    return send(
      response,
      "text/html",
      `<!doctype html><script type="module" src="/page.js"></script>`,
    );
  }
  const body = await bodyOf(request);
  const method = path === "/upload" ? "upload" : path.replace("/call/", "");
  const fault = faultIn(method);
  if (fault === "before") return void request.socket.destroy();
  const result = method === "upload" ? { value: backend.store(body) } : backend.call(method, body);
  if (fault === "after") return void request.socket.destroy();
  send(response, "application/json", JSON.stringify(result));
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { "Content-Type": type, "Cache-Control": "no-store" });
  response.end(text);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Everything that any method is called with; each method has its own part of it. */
type Arguments = ChunkRegistration & {
  clientKey: string;
  source: string;
  title?: string;
  course?: string;
  firstIndex: number;
  chunks: unknown[];
  atMs: number;
  note?: string;
  chunkCount: number;
};

class Refusal extends Error {
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The backend's rules, as far as the engine meets them. */
class Backend {
  readonly lectures: ReceivedLecture[] = [];
  readonly #files = new Map<string, Buffer>();

  store(bytes: Buffer): string {
    const storageId = `file${this.#files.size}`;
    this.#files.set(storageId, bytes);
    return storageId;
  }

  call(method: string, body: Buffer): unknown {
    try {
      // The page is ours: it sends what LectureServer says.
      return {
        value: this.#do(method, JSON.parse(body.toString()) as Arguments) ?? null,
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { problem: { kind: error.kind, message: error.message } };
    }
  }

  #do(method: string, args: Arguments): unknown {
    switch (method) {
      case "createLecture":
        return this.#create(args);
      case "uploadUrl":
        this.#lecture(args);
        return "/upload";
      case "addChunk":
        return this.#addChunk(args);
      case "addTranscriptChunks": {
        const { firstIndex, chunks } = args;
        chunks.forEach((chunk, i) => this.#lecture(args).transcript.set(firstIndex + i, chunk));
        return null;
      }
      case "addMark": {
        const { clientKey, atMs, note } = args as {
          clientKey: string;
          atMs: number;
          note?: string;
        };
        return void this.#lecture(args).marks.set(clientKey, { atMs, note });
      }
      case "removeMark":
        return void this.#lecture(args).marks.delete(args.clientKey);
      case "updateDetails":
        return void Object.assign(this.#lecture(args), { title: args.title, course: args.course });
      case "finish": {
        const { chunkCount, durationMs } = args;
        this.#lecture(args).finished = { chunkCount, durationMs };
        return null;
      }
      case "removeLecture":
        this.#lecture(args).removed = true;
        return null;
      default:
        throw new Error(`The test server knows no “${method}”.`);
    }
  }

  #create(args: Arguments): { lectureId: string } {
    const { clientKey, source, title, course } = args;
    const known = this.lectures.find((lecture) => lecture.clientKey === clientKey);
    if (known) return { lectureId: known.lectureId };
    const lectureId = `lecture${this.lectures.length}`;
    this.lectures.push({
      lectureId,
      clientKey,
      source,
      title,
      course,
      pieces: new Map(),
      registrations: new Map(),
      transcript: new Map(),
      marks: new Map(),
      removed: false,
    });
    return { lectureId };
  }

  #addChunk(args: Arguments): "stored" | "already_stored" {
    const chunk: ChunkRegistration = args;
    const lecture = this.#lecture(args);
    const count = (lecture.registrations.get(chunk.index) ?? 0) + 1;
    lecture.registrations.set(chunk.index, count);
    const bytes = this.#files.get(chunk.storageId);
    if (!bytes) throw new Refusal("file_missing", "The stored file is not there.");
    const known = lecture.pieces.get(chunk.index);
    if (known?.sha256 === chunk.sha256) return "already_stored";
    if (known) throw new Refusal("refused", `Piece ${chunk.index} exists with other bytes.`);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (sha256 !== chunk.sha256 || bytes.length !== chunk.sizeBytes) {
      throw new Refusal("refused", `Piece ${chunk.index} is not what was announced.`);
    }
    lecture.pieces.set(chunk.index, { ...chunk, bytes });
    return "stored";
  }

  #lecture(args: Arguments): ReceivedLecture {
    const { lectureId } = args;
    const lecture = this.lectures.find((each) => each.lectureId === lectureId);
    if (!lecture || lecture.removed) throw new Refusal("gone", "There is no such lecture.");
    return lecture;
  }
}
