import type { Engine, EngineOptions } from "./types.ts";

export function createEngine(_options: EngineOptions): Promise<Engine> {
  return Promise.reject(new Error("The engine is being written."));
}
