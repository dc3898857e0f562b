// What a fault happens on: the app's functions on a real server, a provider, and somebody with an account.
import { afterAll } from "vitest";
import { TestAccount } from "../harness/client.ts";
import { Deployed } from "../harness/deployed.ts";
import { startProvider, type Provider } from "../provider/server.ts";

export type Stage = { provider: Provider; deployed: Deployed; account: TestAccount };

/** Opens a stage for the tests of the calling file, and closes it after them. */
export async function openStage({ latencyMs }: { latencyMs: number }): Promise<Stage> {
  const provider = await startProvider({ latencyMs });
  const deployed = await Deployed.start(provider);
  const account = await TestAccount.create(deployed.url);
  afterAll(async () => {
    await account.close();
    await deployed.close();
    await provider.close();
  });
  return { provider, deployed, account };
}
