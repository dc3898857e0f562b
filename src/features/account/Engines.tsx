// What hears and writes on this server, and how to give it something better.
import type { FunctionReturnType } from "convex/server";
import { api } from "../../../convex/_generated/api.js";
import { useSessionQuery } from "../../app/session.ts";
import { SkeletonText } from "../../ui/Skeleton.tsx";
import { AccountSection } from "./AccountSection.tsx";
import styles from "./Account.module.css";

type Engine = FunctionReturnType<typeof api.account.engines>["notes"];

export function Engines() {
  const engines = useSessionQuery(api.account.engines, {});
  return (
    <AccountSection title="What hears and writes">
      {engines ? (
        <dl className={styles.engines}>
          <EngineView name="Speech to text" engine={engines.transcription} />
          <EngineView name="Notes" engine={engines.notes} />
        </dl>
      ) : (
        <SkeletonText lines={3} />
      )}
    </AccountSection>
  );
}

function EngineView({ name, engine }: { name: string; engine: Engine }) {
  return (
    <div className={styles.engine}>
      <dt>{name}</dt>
      <dd className={styles.engineName}>{engine.name}</dd>
      {engine.howTo && <dd className={styles.faint}>{engine.howTo}</dd>}
    </div>
  );
}
