// One person at one browser: a page of Lectern, the record of what it asked the network for, and the console's errors.
import { readFile } from "node:fs/promises";
import type { Browser, BrowserContext, Page, Request } from "playwright-core";

export type Visitor = {
  context: BrowserContext;
  page: Page;
  /** Every request of the page's scripts (fetch, XMLHttpRequest), in order. */
  scriptRequests: Request[];
  /** Errors in the page's console and uncaught ones. */
  errors: string[];
  close(): Promise<void>;
};

export const phone = { width: 390, height: 844 };
export const laptop = { width: 1280, height: 800 };

/** A new person: nothing is stored yet. */
export async function visit(
  browser: Browser,
  url: string,
  options: { viewport?: { width: number; height: number }; path?: string } = {},
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: options.viewport ?? phone });
  await context.grantPermissions(["microphone"], { origin: url }).catch(() => {
    // Builds without a permission manager are started with the fake permission switch.
  });
  const page = await context.newPage();
  const visitor = watch(context, page);
  await page.goto(new URL(options.path ?? "/", url).href);
  return visitor;
}

/** Longer than the driver's own half minute: what comes within milliseconds takes long on a machine with much to do. */
const LONGEST_WAIT_MS = 90_000;

/** Records what a page does. */
export function watch(context: BrowserContext, page: Page): Visitor {
  context.setDefaultTimeout(LONGEST_WAIT_MS);
  const scriptRequests: Request[] = [];
  const errors: string[] = [];
  page.on("request", (request) => {
    if (["fetch", "xhr"].includes(request.resourceType())) scriptRequests.push(request);
  });
  page.on("response", (response) => {
    // The console's line about it does not say which file it was.
    if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`);
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return { context, page, scriptRequests, errors, close: () => context.close() };
}

/** Waits until the app itself is there, and not only the first sight that index.html has of it, with the same words. */
export async function appIsThere(page: Page): Promise<void> {
  await page.locator(".first-paint").waitFor({ state: "detached" });
}

/** What of the requests could be polling: everything but sign-in, the upload of files and the reading of static ones. */
export function askingRequests(requests: readonly Request[]): string[] {
  return requests
    .filter((request) => {
      const { pathname } = new URL(request.url());
      const signIn =
        pathname === "/api/action" && (request.postData() ?? "").includes("auth:signIn");
      const upload = request.method() === "POST" && pathname.startsWith("/api/storage/");
      const file = request.method() === "GET" && !pathname.startsWith("/api/");
      return !signIn && !upload && !file;
    })
    .map((request) => `${request.method()} ${request.url()}`);
}

/** The transcript of the lecture that the page shows, as its own export gives it, on one line. */
export async function exportedTranscript(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Export" }).click();
  const downloaded = page.waitForEvent("download");
  await page.getByRole("button", { name: "Text with times" }).click();
  const text = await readFile(await (await downloaded).path(), "utf8");
  await page.keyboard.press("Escape");
  // Its first line is the title, which is made of words of the transcript.
  return text.replace(/^.*\n/, "").replace(/\s+/g, " ");
}
