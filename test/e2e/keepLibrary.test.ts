// From a visitor's library to an account: lectures come along, open on another device, and nothing is lost by leaving.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { visit, type Visitor } from "../harness/visitor.ts";
import { startWorld, type World } from "../harness/world.ts";

const EMAIL = "ada@example.org";
const PASSWORD = "a long enough password";

let world: World;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  world = await startWorld({ env: () => ({}) });
  visitor = await visit(world.browser, world.lectern.url);
  page = visitor.page;
});

afterAll(async () => {
  await visitor.close();
  await world.close();
});

async function open(of: Page, path: string): Promise<void> {
  await of.goto(new URL(path, world.lectern.url).href);
}

/** Brings a transcript and waits for its notes. */
async function makeLecture(of: Page, title: string): Promise<void> {
  await open(of, "/new");
  await of
    .getByRole("textbox", { name: "Transcript", exact: true })
    .fill("A candle is a light. The wick draws up the melted wax. The vapour burns. ".repeat(30));
  await of.getByRole("textbox", { name: "Title of the transcript" }).fill(title);
  await of.getByRole("button", { name: "Make notes" }).click();
  await of.getByRole("heading", { level: 1, name: title }).waitFor();
  await of.locator("[data-section-start]").first().waitFor({ timeout: 60_000 });
}

async function fillIn(of: Page, email: string, password: string): Promise<void> {
  await of.getByRole("textbox", { name: "Email" }).fill(email);
  await of.getByLabel("Password", { exact: true }).fill(password);
}

const signedIn = (of: Page) => of.getByText(`Signed in as ${EMAIL}`).waitFor();

async function titles(of: Page): Promise<string[]> {
  await open(of, "/");
  await of.getByRole("heading", { level: 3 }).first().waitFor();
  return (await of.getByRole("heading", { level: 3 }).allInnerTexts()).sort();
}

describe("a visitor's library", () => {
  it("is kept by an email and a password, with its lectures in it", async () => {
    await makeLecture(page, "Before the account");
    await open(page, "/account");
    await fillIn(page, EMAIL, "short");
    await page.getByRole("button", { name: "Keep my library" }).click();
    // The browser itself asks for more characters: nothing was sent.
    expect(
      await page
        .getByLabel("Password", { exact: true })
        .evaluate((field) => field instanceof HTMLInputElement && field.validity.tooShort),
    ).toBe(true);
    await fillIn(page, EMAIL, PASSWORD);
    await page.getByRole("button", { name: "Keep my library" }).click();
    await signedIn(page);
    await expect.poll(() => titles(page)).toEqual(["Before the account"]);
  });

  it("opens on another device, which brings its own lectures along", async () => {
    const other = await visit(world.browser, world.lectern.url);
    await makeLecture(other.page, "On the other device");
    await open(other.page, "/account");
    await other.page.getByRole("button", { name: "I have an account already" }).click();
    await fillIn(other.page, EMAIL, "not the password");
    await other.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await other.page.getByText("There is no account with this email and password.").waitFor();
    await fillIn(other.page, EMAIL, PASSWORD);
    await other.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await signedIn(other.page);
    const both = ["Before the account", "On the other device"];
    await expect.poll(() => titles(other.page)).toEqual(both);
    // The first device hears of it by itself.
    await page.getByRole("heading", { level: 3, name: "On the other device" }).waitFor();
    await other.close();
  });

  it("cannot be kept twice under the same address", async () => {
    const stranger = await visit(world.browser, world.lectern.url, { path: "/account" });
    await fillIn(stranger.page, EMAIL, "somebody else's password");
    await stranger.page.getByRole("button", { name: "Keep my library" }).click();
    await stranger.page.getByRole("alert").getByText("sign in to it instead").waitFor();
    await stranger.close();
  });

  it("is left by signing out, and is there again after signing in", async () => {
    await open(page, "/account");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Bring a transcript" }).waitFor();
    await open(page, "/account");
    await page.getByRole("button", { name: "I have an account already" }).click();
    await fillIn(page, EMAIL, PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await signedIn(page);
    expect(await titles(page)).toHaveLength(2);
  });

  it("warns a visitor without an account that leaving is for good", async () => {
    const anonymous = await visit(world.browser, world.lectern.url, { path: "/account" });
    await anonymous.page.getByRole("button", { name: "Sign out" }).click();
    await anonymous.page.getByText("there is no way back into it").waitFor();
    await anonymous.close();
  });

  it("goes with its account when that is deleted", async () => {
    await open(page, "/account");
    await page.getByRole("button", { name: "Delete this account" }).click();
    await page.getByRole("button", { name: "Delete everything" }).click();
    await page.getByRole("heading", { name: "Bring a transcript" }).waitFor();
    await open(page, "/account");
    await page.getByRole("button", { name: "I have an account already" }).click();
    await fillIn(page, EMAIL, PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("There is no account with this email and password.").waitFor();
  });
});
