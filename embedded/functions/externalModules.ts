// What "use node" modules import that was not pushed.
import vm from "node:vm";

/** Node's own modules, and packages that the push left out (`node.externalPackages`), as installed where the server runs. */
export async function importExternal(specifier: string): Promise<vm.Module> {
  const namespace = (await import(specifier)) as Record<string, unknown>;
  const names = Object.keys(namespace);
  const module = new vm.SyntheticModule(names, function () {
    for (const name of names) this.setExport(name, namespace[name]);
  });
  await module.link(() => {
    throw new Error("A synthetic module imports nothing.");
  });
  return module;
}
