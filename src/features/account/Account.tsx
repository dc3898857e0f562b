// Being written.
import { PagePending } from "../../app/PagePending.tsx";
export function Account(_props: Record<string, unknown>) {
  return <PagePending />;
}
