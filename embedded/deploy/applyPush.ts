// The one transaction in which a push becomes the deployed code: schema, modules, crons and the record of it.
import { applyCronSpecs } from "../scheduler/cronSpecs.ts";
import type { Database, SchemaJSON, Transaction } from "../database/index.ts";
import { type CronSpec, type ModuleAnalysis, SystemFunctionError } from "../functions/index.ts";
import {
  activeDeployment,
  listEnvironmentVariables,
  listModules,
  recordDeployment,
  replaceModules,
  type StoredModule,
} from "./deployment.ts";
import type { IndexDiff } from "./protocol.ts";
import { diffIndexes } from "./indexDiff.ts";

/** What analysis of the pushed bundles found, with the bundles already on disk. */
export type PreparedPush = {
  schema: string | null;
  schemaHash: string | null;
  authProviders: string;
  analysis: string;
  functions: string;
  udfServerVersion: string;
  message: string | null;
  modules: StoredModule[];
  /** What the analysis was made with; finishing is refused when it is no longer so. */
  basis: PushBasis;
};

/** The state of the deployment that a push was prepared against. */
export type PushBasis = { deploymentId: string | null; environment: string };

export type PushChanges = {
  authDiff: { added: string[]; removed: string[] };
  moduleDiff: { added: string[]; removed: string[] };
  cronDiff: { added: string[]; updated: string[]; deleted: string[] };
  indexDiff: IndexDiff;
  schemaDiff: { previous_schema: string | null; next_schema: string | null } | null;
};

export function currentBasis(tx: Transaction): PushBasis {
  return {
    deploymentId: activeDeployment(tx)?.id ?? null,
    environment: JSON.stringify(listEnvironmentVariables(tx)),
  };
}

/**
 * Applies a push, or throws and changes nothing: documents that do not match the schema, another push in between, or
 * an environment variable that changed after the auth config was evaluated.
 */
export function applyPush(tx: Transaction, database: Database, push: PreparedPush): PushChanges {
  const changes = previewPush(tx, push);
  database.applySchema(parseSchema(push.schema));
  replaceModules(tx, push.modules);
  applyCronSpecs(tx, cronSpecs(push.analysis));
  const { modules: _modules, basis: _basis, ...deployment } = push;
  recordDeployment(tx, { ...deployment, pushedAt: tx.nowMs });
  return changes;
}

/** What a push would change, without changing it: a dry run's answer. */
export function previewPush(tx: Transaction, push: PreparedPush): PushChanges {
  const basis = currentBasis(tx);
  if (
    basis.deploymentId !== push.basis.deploymentId ||
    basis.environment !== push.basis.environment
  ) {
    throw new SystemFunctionError(
      "RaceDetected",
      "Schema or environment variables changed during push",
    );
  }
  const previous = activeDeployment(tx)?.deployment ?? null;
  const moduleTexts = (modules: StoredModule[]) =>
    new Map(modules.map((module) => [module.path, module.environment + module.hash]));
  const modules = diffByName(moduleTexts(listModules(tx)), moduleTexts(push.modules));
  return {
    authDiff: diffTexts(providerTexts(previous?.authProviders), providerTexts(push.authProviders)),
    // A changed module counts as added, as on Convex.
    moduleDiff: { added: [...modules.added, ...modules.updated], removed: modules.deleted },
    cronDiff: diffByName(cronTexts(previous?.analysis), cronTexts(push.analysis)),
    indexDiff: diffIndexes(parseSchema(previous?.schema ?? null), parseSchema(push.schema)),
    schemaDiff:
      previous?.schema === push.schema
        ? null
        : { previous_schema: previous?.schema ?? null, next_schema: push.schema },
  };
}

export function parseSchema(text: string | null): SchemaJSON | null {
  // The text is the schema's own export(); the database checks it before anything is applied.
  return text === null ? null : (JSON.parse(text) as SchemaJSON);
}

/** The crons of all modules (there is one `crons.js`), by identifier. */
function cronSpecs(analysis: string): Record<string, CronSpec> {
  const modules = JSON.parse(analysis) as ModuleAnalysis["modules"];
  return Object.assign(
    {},
    ...Object.values(modules).map((module) => module.cronSpecs ?? {}),
  ) as Record<string, CronSpec>;
}

function providerTexts(authProviders: string | undefined): string[] {
  const providers = JSON.parse(authProviders ?? "[]") as unknown[];
  return providers.map((provider) => JSON.stringify(provider));
}

function cronTexts(analysis: string | undefined): Map<string, string> {
  const specs = Object.entries(cronSpecs(analysis ?? "{}"));
  return new Map(specs.map(([name, spec]) => [name, JSON.stringify(spec)]));
}

function diffByName(before: Map<string, string>, after: Map<string, string>) {
  const names = [...after.keys()];
  return {
    added: names.filter((name) => !before.has(name)),
    updated: names.filter((name) => before.has(name) && before.get(name) !== after.get(name)),
    deleted: [...before.keys()].filter((name) => !after.has(name)),
  };
}

function diffTexts(before: string[], after: string[]): { added: string[]; removed: string[] } {
  return {
    added: after.filter((text) => !before.includes(text)),
    removed: before.filter((text) => !after.includes(text)),
  };
}
