// Conformance check 19 with the real times: two minutes and more without a word, and the connection is still there.
import { once } from "node:events";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { pushProject } from "../../embedded/deploy/pushProject.ts";
import { startBackend, type Backend } from "./backend.ts";
import { Project } from "./project.ts";

let backend: Backend;
let project: Project;
beforeAll(async () => {
  backend = await startBackend();
  project = await Project.create(backend);
  await pushProject({ ...backend, projectDir: project.dir });
});
afterAll(async () => {
  await project.close();
  await backend.close();
});

it("hears a ping within twenty seconds and lives for longer than two minutes", async () => {
  const client = new ConvexClient(backend.url, { logger: false });
  const list = makeFunctionReference<"query", Record<string, never>, unknown[]>("messages:list");
  client.onUpdate(list, {}, () => undefined);
  await vi.waitFor(() => expect(client.connectionState().isWebSocketConnected).toBe(true), 30_000);

  // Beside it one that shows every message.
  const socket = new WebSocket(`${backend.url.replace("http", "ws")}/api/1.48.0/sync`);
  let pings = 0;
  socket.on("message", (data: Buffer) => {
    if (data.toString("utf8") === '{"type":"Ping"}') pings += 1;
  });
  await once(socket, "open");
  const startedMs = Date.now();
  await vi.waitFor(() => expect(pings).toBe(1), { timeout: 20_000, interval: 100 });
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(startedMs + 130_000), {
    ...{ timeout: 150_000, interval: 1_000 },
  });
  expect(socket.readyState).toBe(WebSocket.OPEN);
  expect(pings).toBeGreaterThanOrEqual(6);
  expect(client.connectionState()).toMatchObject({
    isWebSocketConnected: true,
    connectionCount: 1,
  });
  const send = makeFunctionReference<"mutation">("messages:send");
  await client.mutation(send, { author: "ada", body: "after a long silence" });
  expect(client.connectionState().connectionCount).toBe(1);
  socket.close();
  await client.close();
});
