// An app that uses every kind of function, as the engine's tests push it.
import type { AppFiles } from "../app.ts";

const SERVER = `
import {
  actionGeneric as action, httpActionGeneric as httpAction, internalActionGeneric as internalAction,
  internalMutationGeneric as internalMutation, internalQueryGeneric as internalQuery,
  mutationGeneric as mutation, queryGeneric as query,
} from "convex/server";
import { anyApi, cronJobs, httpRouter, createFunctionHandle } from "convex/server";
import { v, ConvexError } from "convex/values";
const api = anyApi;
`;

export const everythingApp: AppFiles = {
  "schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({
      notes: defineTable({ text: v.string(), rank: v.optional(v.number()) })
        .index("by_rank", ["rank"])
        .searchIndex("by_text", { searchField: "text" }),
      counters: defineTable({ name: v.string(), value: v.number() }).index("by_name", ["name"]),
    });
  `,
  "notes.ts": `${SERVER}
    export const list = query({
      args: {},
      handler: async (ctx) => (await ctx.db.query("notes").collect()).map((note) => note.text),
    });
    export const add = mutation({
      args: { text: v.string(), rank: v.optional(v.number()) },
      returns: v.id("notes"),
      handler: (ctx, args) => ctx.db.insert("notes", args),
    });
    export const secret = internalQuery({ args: {}, handler: async () => "secret" });
    export const increment = mutation({
      args: { name: v.string() },
      handler: async (ctx, { name }) => {
        const counter = await ctx.db.query("counters").withIndex("by_name", (q) => q.eq("name", name)).unique();
        if (counter === null) await ctx.db.insert("counters", { name, value: 1 });
        else await ctx.db.patch(counter._id, { value: counter.value + 1 });
        return (counter?.value ?? 0) + 1;
      },
    });
    export const counter = query({
      args: { name: v.string() },
      handler: async (ctx, { name }) =>
        (await ctx.db.query("counters").withIndex("by_name", (q) => q.eq("name", name)).unique())?.value ?? 0,
    });
    export const wrongResult = mutation({
      args: {},
      returns: v.string(),
      handler: async (ctx) => {
        await ctx.db.insert("notes", { text: "must not stay" });
        return 7;
      },
    });
    export const whoAmI = query({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.name ?? null });
  `,
  "errors.ts": `${SERVER}
    function thrower() { throw new Error("x"); }
    export const plain = mutation({ args: {}, handler: async (ctx) => {
      await ctx.db.insert("notes", { text: "gone" });
      thrower();
    } });
    export const structured = mutation({ args: {}, handler: async () => { throw new ConvexError({ code: 7n }); } });
    export const text = query({ args: {}, handler: async () => { throw new ConvexError("no such thing"); } });
    export const notAnError = query({ args: {}, handler: async () => { throw "just text"; } });
    export const actionFailure = action({ args: {}, handler: async () => { throw new Error("in an action"); } });
    export const throughAction = action({ args: {}, handler: async (ctx) => {
      try { await ctx.runMutation(api.errors.structured, {}); return "no error"; }
      catch (error) { return { isConvexError: error instanceof ConvexError, code: error.data?.code ?? null }; }
    } });
  `,
  "nested.ts": `${SERVER}
    export const innerFails = internalMutation({ args: {}, handler: async (ctx) => {
      await ctx.db.insert("notes", { text: "inner" });
      await ctx.scheduler.runAfter(0, api.notes.add, { text: "scheduled by inner" });
      throw new Error("inner failed");
    } });
    export const outer = mutation({ args: {}, handler: async (ctx) => {
      await ctx.db.insert("notes", { text: "outer before" });
      try { await ctx.runMutation(api.nested.innerFails, {}); } catch (error) { await ctx.db.insert("notes", { text: "caught" }); }
      return await ctx.runQuery(api.notes.list, {});
    } });
    export const stale = mutation({ args: { text: v.string() }, handler: async (ctx, { text }) => {
      await ctx.db.insert("notes", { text });
      const seen = async (options) => (await ctx.runQuery(api.notes.list, {}, options)).includes(text);
      return [await seen({ useStaleSnapshot: true }), await seen({}), await seen({ useStaleSnapshot: true })];
    } });
    export const queryCallsMutation = query({ args: {}, handler: (ctx) => ctx.runMutation(api.notes.add, { text: "no" }) });
    export const deep = mutation({ args: { depth: v.number() }, handler: async (ctx, { depth }) =>
      depth <= 1 ? 1 : 1 + (await ctx.runMutation(api.nested.deep, { depth: depth - 1 })) });
    export const sideBySide = mutation({ args: {}, handler: async (ctx) => {
      const both = await Promise.all([
        ctx.runMutation(api.notes.increment, { name: "together" }),
        ctx.db.insert("notes", { text: "beside" }),
        ctx.runMutation(api.notes.increment, { name: "together" }),
      ]);
      return [both[0], both[2]];
    } });
  `,
  "work.ts": `${SERVER}
    export const chain = action({ args: { text: v.string() }, returns: v.array(v.string()), handler: async (ctx, { text }) => {
      await ctx.runMutation(api.notes.add, { text });
      await ctx.runAction(api.work.inner, { text: text + " inner" });
      return await ctx.runQuery(api.notes.list, {});
    } });
    export const inner = internalAction({ args: { text: v.string() }, handler: async (ctx, { text }) => {
      await ctx.runMutation(api.notes.add, { text });
    } });
    export const wrongResult = action({ args: {}, returns: v.string(), handler: async () => 3 });
    export const clock = action({ args: {}, handler: async () => {
      const before = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return Date.now() > before;
    } });
    export const globals = action({ args: {}, handler: async () => ({
      process: Object.keys(process), require: typeof globalThis.require, Buffer: typeof Buffer, fetch: typeof fetch,
      url: process.env.CONVEX_CLOUD_URL ?? null, home: process.env.HOME ?? null,
    }) });
    export const fetches = action({ args: { url: v.string() }, handler: async (ctx, { url }) => {
      const response = await fetch(url, { method: "POST", body: JSON.stringify({ from: "action" }), headers: { "x-a": "b" } });
      const form = new FormData();
      form.append("file", new Blob(["content"]), "name.txt");
      const uploaded = await fetch(url, { method: "POST", body: form });
      const reader = (await fetch(url)).body.getReader();
      const { value } = await reader.read();
      await reader.cancel();
      return [response.status, await response.text(), (await uploaded.text()).includes("name.txt"), new TextDecoder().decode(value)];
    } });
    export const blob = action({ args: {}, handler: async (ctx) => {
      const id = await ctx.storage.store(new Blob(["hello"], { type: "text/plain" }));
      const back = await ctx.storage.get(id);
      return { id, text: await back.text(), type: back.type };
    } });
    export const schedule = action({ args: { text: v.string() }, handler: (ctx, { text }) =>
      ctx.scheduler.runAfter(1000, api.notes.add, { text }) });
    export const unawaited = action({ args: {}, handler: async (ctx) => { void ctx.runMutation(api.notes.add, { text: "unawaited" }); } });
    export const identity = action({ args: {}, handler: async (ctx) => [
      (await ctx.auth.getUserIdentity())?.name ?? null, await ctx.runQuery(api.notes.whoAmI, {}) ] });
  `,
  "nodeWork.ts": `"use node";
    import { createHash } from "node:crypto";
    import { actionGeneric as action, anyApi } from "convex/server";
    import { v } from "convex/values";
    export const digest = action({ args: { text: v.string() }, handler: async (ctx, { text }) => {
      console.log("hashing", { text });
      await ctx.runMutation(anyApi.notes.add, { text: "from node" });
      return createHash("sha256").update(text).digest("hex");
    } });
    export const fails = action({ args: {}, handler: async () => { throw new Error("node error"); } });
  `,
  "http.ts": `${SERVER}
    const http = httpRouter();
    http.route({ path: "/hello", method: "GET", handler: httpAction(async (ctx, request) => {
      const url = new URL(request.url);
      return new Response("hello " + url.searchParams.get("who"), { headers: { "x-test": "1" } });
    }) });
    http.route({ path: "/echo", method: "POST", handler: httpAction(async (ctx, request) =>
      new Response(await request.arrayBuffer(), { status: 201, headers: { "content-type": "application/octet-stream" } })) });
    http.route({ path: "/add", method: "POST", handler: httpAction(async (ctx, request) => {
      await ctx.runMutation(api.notes.add, await request.json());
      return Response.json(await ctx.runQuery(api.notes.list, {}));
    }) });
    http.route({ pathPrefix: "/files/", method: "GET", handler: httpAction(async () => new Response("prefix")) });
    http.route({ pathPrefix: "/files/deep/", method: "GET", handler: httpAction(async () => new Response("longer prefix")) });
    http.route({ path: "/files/exact", method: "GET", handler: httpAction(async () => new Response("exact")) });
    http.route({ path: "/throws", method: "GET", handler: httpAction(async () => { throw new Error("http error"); }) });
    http.route({ path: "/stream", method: "GET", handler: httpAction(async () => new Response(new ReadableStream({
      async start(controller) {
        for (const part of ["a", "b", "c"]) {
          controller.enqueue(new TextEncoder().encode(part));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        controller.close();
      },
    }))) });
    http.route({ path: "/me", method: "GET", handler: httpAction(async (ctx) => Response.json(await ctx.auth.getUserIdentity())) });
    export default http;
  `,
  "crons.ts": `${SERVER}
    const crons = cronJobs();
    crons.interval("count", { minutes: 5 }, api.notes.increment, { name: "cron" });
    export default crons;
  `,
  "auth.config.ts": `
    export default { providers: [{ domain: process.env.CONVEX_SITE_URL, applicationID: "app" }] };
  `,
  "jobs.ts": `${SERVER}
    export const soon = mutation({ args: { text: v.string() }, handler: (ctx, { text }) =>
      ctx.scheduler.runAfter(5000, api.notes.add, { text }) });
    export const list = query({ args: {}, handler: async (ctx) =>
      (await ctx.db.system.query("_scheduled_functions").collect()).map(({ name, args, state }) => ({ name, args, state })) });
    export const cancel = mutation({ args: { id: v.id("_scheduled_functions") }, handler: (ctx, { id }) => ctx.scheduler.cancel(id) });
    export const missing = mutation({ args: {}, handler: (ctx) => ctx.scheduler.runAfter(0, api.nowhere.fn, {}) });
    export const missingExport = mutation({ args: {}, handler: (ctx) => ctx.scheduler.runAfter(0, api.notes.nothing, {}) });
    export const thrownAway = mutation({ args: {}, handler: async (ctx) => {
      for (let i = 0; i < 3; i++) await ctx.db.insert("notes", { text: "thrown away" });
      await ctx.scheduler.runAfter(0, api.notes.add, { text: "never" });
      throw new Error("all undone");
    } });
    export const handle = mutation({ args: {}, handler: async (ctx) => {
      const handle = await createFunctionHandle(api.notes.increment);
      return [handle.startsWith("function://"), await ctx.runMutation(handle, { name: "by handle" })];
    } });
    export const self = mutation({ args: {}, handler: (ctx) => ctx.meta.getRequestMetadata() });
  `,
  "files.ts": `${SERVER}
    export const uploadUrl = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });
    export const url = query({ args: { id: v.id("_storage") }, handler: (ctx, { id }) => ctx.storage.getUrl(id) });
    export const row = query({ args: { id: v.id("_storage") }, handler: async (ctx, { id }) => ctx.db.system.get(id) });
    export const remove = mutation({ args: { id: v.id("_storage") }, handler: (ctx, { id }) => ctx.storage.delete(id) });
  `,
  "runtime.ts": `${SERVER}
    export const time = mutation({ args: {}, handler: async (ctx) => {
      const before = Date.now();
      for (let i = 0; i < 200; i++) await ctx.db.query("notes").take(1);
      return [before === Date.now(), before === new Date().getTime(), typeof Date(), Math.abs(performance.now() - before) < 1];
    } });
    export const random = mutation({ args: {}, handler: async () => [Math.random(), Math.random(), crypto.randomUUID()] });
    export const forbidden = query({ args: { what: v.string() }, handler: async (ctx, { what }) => {
      if (what === "fetch") await fetch("http://127.0.0.1/");
      if (what === "setTimeout") setTimeout(() => {}, 1);
      if (what === "response") new Response("x");
      if (what === "eval") return (0, eval)("1 + 1");
      if (what === "function") return new Function("return 1")();
    } });
    export const unawaitedInsert = mutation({ args: {}, handler: async (ctx) => { void ctx.db.insert("notes", { text: "not awaited" }); } });
    export const unawaitedFailure = mutation({ args: {}, handler: async (ctx) => {
      await ctx.db.insert("notes", { text: "taken back" });
      void ctx.db.patch("nonsense", {});
    } });
    export const never = query({ args: {}, handler: () => new Promise(() => {}) });
    export const prints = query({ args: {}, handler: async () => {
      console.log("a", { b: 1 }, "c");
      console.warn("careful");
      console.error(new Error("shown"));
    } });
    export const subtle = query({ args: {}, handler: async () => {
      const data = new TextEncoder().encode("abc");
      const digest = await crypto.subtle.digest("SHA-256", data);
      const key = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
      const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, data);
      const verified = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key.publicKey, signature, data);
      const jwk = await crypto.subtle.exportKey("jwk", key.publicKey);
      return { digest, verified, crv: jwk.crv, isKey: key.publicKey instanceof CryptoKey };
    } });
    export const web = query({ args: {}, handler: async () => {
      const url = new URL("/path?b=2&a=1#top", "https://user@example.com:8443/x");
      url.searchParams.append("c", "ü &");
      url.searchParams.sort();
      url.pathname = "/other path";
      const copy = structuredClone({ list: [1, new Date(5)], map: new Map([["k", 1]]) });
      const controller = new AbortController();
      let aborted = 0;
      controller.signal.addEventListener("abort", () => aborted++);
      controller.abort();
      const headers = new Headers({ "X-A": "1" });
      headers.append("x-a", "2");
      return {
        href: url.href, origin: url.origin, same: String(url) === url.toJSON(),
        params: new URLSearchParams("x=1&x=2&y=%20z").getAll("x"), y: new URLSearchParams("y=%20z+q").get("y"),
        date: copy.list[1].getTime(), map: copy.map.get("k"), aborted, reason: controller.signal.reason.name,
        header: headers.get("X-a"), blob: await new Blob(["héllo", new Uint8Array([33])]).text(),
        base64: btoa("hi") + atob("aGk="), canParse: URL.canParse("nonsense"),
      };
    } });
    export const globals = query({ args: {}, handler: async () => ({
      process: Object.keys(process), require: typeof globalThis.require, Buffer: typeof Buffer, escape: (() => {
        try { return typeof Convex.syscall.constructor.constructor("return process")().cwd; } catch (error) { return error.name; }
      })(), cloud: process.env.CONVEX_CLOUD_URL, own: process.env.GREETING ?? null, home: process.env.HOME ?? null,
    }) });
    export const metrics = mutation({ args: {}, handler: async (ctx) => {
      await ctx.db.insert("notes", { text: "counted" });
      const metrics = await ctx.meta.getTransactionMetrics();
      return metrics.documentsWritten;
    } });
  `,
};
