// The inspection page in a real browser: every view, by what a reader sees and does, and what a stranger cannot.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pushProject } from "../../embedded/deploy/pushProject.ts";
import { launchChromium } from "../browser/chromium.ts";
import { startBackend, type Backend } from "./backend.ts";
import { Project } from "./project.ts";

const send = makeFunctionReference<"mutation">("messages:send");
const remind = makeFunctionReference<"mutation">("messages:remind");
const attach = makeFunctionReference<"action">("nested/files:attach");

let backend: Backend;
let project: Project;
let client: ConvexHttpClient;
let browser: Browser;
let page: Page;
const complaints: string[] = [];
beforeAll(async () => {
  backend = await startBackend();
  project = await Project.create(backend);
  await pushProject({ ...backend, projectDir: project.dir });
  client = new ConvexHttpClient(backend.url, { logger: false });
  for (let number = 0; number < 60; number += 1) {
    await client.mutation(send, {
      author: number % 2 ? "ada" : "bob",
      body: `message ${String(number)}`,
    });
  }
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
});
afterAll(async () => {
  await browser.close();
  await project.close();
  await backend.close();
});

const open = async (view: string) => {
  // Anew, also when the view is the one that is open.
  await page.goto("about:blank");
  await page.goto(`${backend.url}/_embedded#/${view}`);
};

describe("the inspection page", () => {
  it("asks for the admin key, once", async () => {
    await open("tables");
    await page.getByLabel("Admin key").fill("not the key");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("alert").waitFor();
    await expectAccessible();
    await page.getByLabel("Admin key").fill(backend.adminKey);
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("link", { name: "messages", exact: true }).waitFor();
    await page.reload();
    await page.getByRole("link", { name: "messages", exact: true }).waitFor();
    // The refused key is an error to the browser, too.
    complaints.length = 0;
  });

  it("shows tables live, page by page, filtered, in either order", async () => {
    await open("tables");
    await page.getByText("60 documents").waitFor();
    await client.mutation(send, { author: "eve", body: "while watching", likes: 7n });
    await page.getByText("61 documents").waitFor();
    await project.write("new.jsonl", '{"n": 1}');
    await project.succeed("import", "--table", "brandNew", "-y", "new.jsonl");
    await page.getByRole("link", { name: "brandNew" }).waitFor();
    await expectAccessible();

    await page.getByRole("link", { name: "messages", exact: true }).click();
    await page.getByRole("cell", { name: '"while watching"' }).waitFor();
    expect(await page.getByRole("row").count()).toBe(51);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("Page 2").waitFor();
    await page.getByRole("cell", { name: '"message 0"' }).waitFor();
    await page.getByRole("button", { name: "Previous" }).click();
    await page.getByRole("cell", { name: '"message 59"' }).waitFor();

    await page.getByLabel("Order").selectOption("Oldest first");
    await page.getByRole("cell", { name: '"message 0"' }).waitFor();
    await page.getByLabel("Field").fill("likes");
    await page.getByLabel("Value").fill("7n");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("cell", { name: "7n", exact: true }).waitFor();
    expect(await page.getByRole("row").count()).toBe(2);
    await page.getByLabel("Field").fill("author");
    await page.getByLabel("Value").fill("nobody");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByText("No document matches.").waitFor();
    await expectAccessible();
  });

  it("shows a document whole, live, with links to what it refers to", async () => {
    const file = (await client.action(attach, { text: "file text" })) as string;
    await open("tables/messages");
    await page.getByRole("row").nth(1).getByRole("link").first().click();
    await page.getByText('"author": "files"').waitFor();
    await expectAccessible();
    await page.getByRole("link", { name: file }).click();
    await page.getByText('"contentType": "text/plain"').waitFor();
    await page.goto(`${backend.url}/_embedded#/documents/nonsense`);
    await page.getByText("There is no such document").waitFor();
  });

  it("runs functions, also as a user", async () => {
    await open("functions");
    await page.getByRole("link", { name: "messages:send" }).click();
    await page.getByText("{ author: string, body: string, likes?: int64 }").waitFor();
    const args = page.getByLabel("Arguments, as Convex JSON");
    expect(JSON.parse(await args.inputValue())).toEqual({ author: "", body: "" });
    await args.fill('{"author": "eve", "body": "from the page"}');
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("[LOG] 'sending' 'from the page'").waitFor();
    await args.fill('{"author": "eve"}');
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("Object is missing the required field `body`").waitFor();
    await expectAccessible();

    await open("functions/messages.js%3AwhoAmI");
    await page.getByText("Run as a user").click();
    await page.getByLabel("Identity").fill('{"subject": "u1", "issuer": "https://issuer.test"}');
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText('"tokenIdentifier": "https://issuer.test|u1"').waitFor();
  });

  it("shows scheduled functions and crons, and cancels", async () => {
    await client.mutation(remind, { inMs: 600_000 });
    await open("scheduled");
    await page.getByLabel("State").selectOption("Pending, next first");
    await page.getByRole("cell", { name: "pending" }).waitFor();
    await page.getByText("greet").waitFor();
    await expectAccessible();
    await page.getByRole("button", { name: "Cancel messages.js:post" }).click();
    await page.getByText("No such functions.").waitFor();
    await page.getByLabel("State").selectOption("Cancelled");
    await page.getByRole("cell", { name: "canceled" }).waitFor();
  });

  it("shows files and opens them", async () => {
    await open("files");
    await page.getByRole("cell", { name: "text/plain" }).waitFor();
    await expectAccessible();
    const path = await page.getByRole("link", { name: /^Open/ }).getAttribute("href");
    expect(await (await fetch(`${backend.url}${path ?? ""}`)).text()).toBe("file text");
  });

  it("shows logs as they come", async () => {
    await open("logs");
    await page.getByText("'sending' 'from the page'").waitFor();
    await client.mutation(send, { author: "eve", body: "live log" });
    await page.getByText("'sending' 'live log'").waitFor();
    await page.getByLabel("Only errors").check();
    await page.getByText("'sending' 'live log'").waitFor({ state: "detached" });
    await page.getByText("Object is missing the required field `body`").first().waitFor();
    await expectAccessible();
  });

  it("fits a phone, in the dark too", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: "dark" });
    for (const view of ["tables", "tables/messages", "functions", "scheduled", "files", "logs"]) {
      await open(view);
      await page.getByRole("heading", { level: 1 }).waitFor();
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect([view, overflow]).toEqual([view, 0]);
      await expectAccessible();
    }
  });

  it("forgets the key when asked to", async () => {
    await page.getByRole("button", { name: "Forget key" }).click();
    await page.getByLabel("Admin key").waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe("without the key", () => {
  it("nothing of the data is given", async () => {
    const system = await fetch(`${backend.url}/api/query`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ path: "_system/embedded/tables:list", args: {}, format: "json" }),
    });
    expect(await system.json()).toMatchObject({ status: "error" });
    for (const [method, path] of [
      ["POST", "/api/cancel_job"],
      ["GET", "/api/stream_function_logs?cursor=0"],
    ] as const) {
      const response = await fetch(backend.url + path, { method });
      expect([path, [401, 403].includes(response.status)]).toEqual([path, true]);
    }
  });

  it("the page itself allows no script but its own", async () => {
    const response = await fetch(`${backend.url}/_embedded`);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
  });
});

/** No violation of WCAG 2.2 A or AA that axe can see. */
async function expectAccessible(): Promise<void> {
  const source = await readFile(
    createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
    "utf8",
  );
  // By evaluation: the page's policy lets no foreign script element in.
  await page.evaluate(source);
  const results = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: RunOptions): Promise<AxeResults> };
    };
    return await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] });
  });
  const found = results.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
  expect(found).toEqual([]);
}
