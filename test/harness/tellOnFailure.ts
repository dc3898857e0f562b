// What a failed end-to-end test leaves for its reader: the page's words, its errors, the job's story, the server's last lines.
import { onTestFailed } from "vitest";
import type { Visitor } from "./visitor.ts";
import type { World } from "./world.ts";

/** Call it inside of a test, once there is a page. */
export function tellOnFailure(world: World, visitor: Visitor): void {
  onTestFailed(async () => {
    const { page, errors } = visitor;
    const words = await page
      .locator("body")
      .innerText({ timeout: 5_000 })
      .catch(() => "(the page is gone)");
    console.error(`--- ${page.url()}\n${words.slice(0, 3_000)}\n--- errors: ${errors.join("\n")}`);
    const lectureId = /\/lecture\/([^/?]+)/.exec(page.url())?.[1];
    if (lectureId) {
      const story = await inspect(world, lectureId).catch((error: unknown) => String(error));
      console.error(`--- job: ${JSON.stringify(story, null, 1).slice(0, 8_000)}`);
    }
    console.error(`--- server: ${world.lectern.output().slice(-3_000)}`);
  });
}

async function inspect(world: World, lectureId: string): Promise<unknown> {
  const response = await fetch(new URL("/api/function", world.lectern.url), {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Authorization: `Convex ${await world.lectern.adminKey()}`,
    },
    body: JSON.stringify({ path: "jobs:inspect", args: { lectureId }, format: "json" }),
    signal: AbortSignal.timeout(10_000),
  });
  return await response.json();
}
