// Sends nonsense to a server and watches that it neither falls nor tells anybody what is somebody else's.
import { RawClient, add } from "../../embedded/server/testing/rawClient.ts";
import { startTestServer, type TestServer } from "../../embedded/server/testing/testServer.ts";
import { createIssuer, signToken } from "../../embedded/server/testing/tokens.ts";
import { fuzzRequest, type Answer } from "./bodies.ts";
import { fuzzBytes, fuzzFrames, fuzzSocket } from "./frames.ts";
import { pick, type Random } from "./nonsense.ts";

/** Stands in the token of the one real user; whoever else hears it has heard too much. */
const SECRET = "secret-of-ada-5b1c";
/** Somebody who uses the server as intended is answered within this time, whatever comes from elsewhere. */
const SERVED_WITHIN_MS = 5_000;
const MESSAGES_PER_SOCKET = 10;

export type FuzzReport = {
  messages: number;
  frames: number;
  requests: number;
  statuses: Record<number, number>;
};

/** @throws Error that names what the server did wrong */
export async function runFuzz(options: {
  /** How many messages and requests in all. */
  count: number;
  random: Random;
  onProgress?: (report: FuzzReport) => void;
}): Promise<FuzzReport> {
  const { count, random, onProgress } = options;
  const issuer = await createIssuer("ES256");
  const complaints: string[] = [];
  const consoleError = console.error;
  // The server's own log: a complaint there is a fault inside, even when the answer hides it.
  console.error = (...parts: unknown[]) => complaints.push(parts.map(String).join(" "));
  const server = await startTestServer({
    variables: { TEST_JWKS: issuer.jwksDataUri },
    logLevel: "error",
  });
  const report: FuzzReport = { messages: 0, frames: 0, requests: 0, statuses: {} };
  try {
    const user = await signIn(server, await signToken(issuer.privateKey, { nickname: SECRET }));
    for (let round = 0; report.messages + report.requests < count; round++) {
      await fuzzRound(server, random, report);
      if (complaints.length > 0) throw new Error("The server complained.");
      await useAsIntended(user, round);
      onProgress?.(report);
    }
    await user.close();
  } catch (error) {
    throw new Error([String(error), ...complaints].join("\n"), { cause: error });
  } finally {
    console.error = consoleError;
    await server[Symbol.asyncDispose]();
  }
  return report;
}

async function fuzzRound(server: TestServer, random: Random, report: FuzzReport): Promise<void> {
  const heard = (text: string): void => {
    if (text.includes(SECRET)) throw new Error(`Heard what is not for everybody: ${text}`);
    // Nonsense is refused in words of its own; this is a fault inside.
    if (text.includes("InternalServerError")) throw new Error(`A fault inside: ${text}`);
  };
  const sockets = Array.from({ length: 4 }, async () => {
    await fuzzSocket(server.url, MESSAGES_PER_SOCKET, random, heard);
    report.messages += MESSAGES_PER_SOCKET;
  });
  const requests = Array.from({ length: 40 }, async () => {
    const url = pick(random, [server.url, server.url, server.siteUrl]);
    const answer = await fuzzRequest(url, server.adminKey, random);
    report.requests += 1;
    if (answer === null) return;
    checkAnswer(answer);
    heard(answer.body);
    report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1;
  });
  const raw = [fuzzFrames(server.url, random), fuzzBytes(server.url, random)];
  report.frames += raw.length;
  await Promise.all([...sockets, ...requests, ...raw]);
}

/** Nonsense is the client's fault, and is answered as such. */
function checkAnswer({ method, path, status, body }: Answer): void {
  // The app's own action that throws.
  if (path.startsWith("/http/throws") || status === 501) return;
  if (status >= 500) throw new Error(`${method} ${path} was answered ${String(status)}: ${body}`);
}

async function signIn(server: TestServer, token: string): Promise<RawClient> {
  const user = await RawClient.connect(server.url, { queries: [add(0, "users:me")] });
  user.send({ type: "Authenticate", baseVersion: 0, tokenType: "User", value: token });
  await user.until(() => user.shown.identity === 1);
  return user;
}

async function useAsIntended(user: RawClient, requestId: number): Promise<void> {
  const startedMs = performance.now();
  const answer = await user.mutate(requestId, "counters:increment", { name: "as intended" });
  await user.covered(answer);
  const durationMs = performance.now() - startedMs;
  if (answer.success !== true) throw new Error(`Refused: ${JSON.stringify(answer)}`);
  if (durationMs > SERVED_WITHIN_MS) throw new Error(`Waited ${String(durationMs)} ms.`);
  if (!JSON.stringify(user.value(0)).includes(SECRET))
    throw new Error("The user lost its identity.");
  user.messages.length = 0;
}
