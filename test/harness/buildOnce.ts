// Before the end-to-end tests: the web app is built once, and not by each server that is started meanwhile.
import { buildWebApp, webAppIsBuilt } from "../../scripts/build.ts";

export default async function setup(): Promise<void> {
  if (!webAppIsBuilt()) await buildWebApp();
}
