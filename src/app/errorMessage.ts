// Turns whatever was thrown into a sentence for the person in front of the page.
import { ConvexError } from "convex/values";

/** The backend's own sentence when it wrote one (ConvexError {code, message}), else `fallback`. */
export function errorMessage(error: unknown, fallback: string): string {
  return backendError(error)?.message ?? fallback;
}

/** What the backend said, if it was the backend that refused. */
export function backendError(error: unknown): { code: string; message: string } | undefined {
  if (!(error instanceof ConvexError)) return undefined;
  const data: unknown = error.data;
  if (typeof data === "string") return { code: "error", message: data };
  if (typeof data !== "object" || data === null) return undefined;
  const { code, message } = data as { code?: unknown; message?: unknown };
  if (typeof message !== "string") return undefined;
  return { code: typeof code === "string" ? code : "error", message };
}

/** Lets `work` fail only with an error whose message is written for the person at the page. */
export async function inWords<Result>(work: Promise<Result>, fallback: string): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw new Error(errorMessage(error, fallback), { cause: error });
  }
}
