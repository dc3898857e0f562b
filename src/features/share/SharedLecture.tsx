// Being written.
import { PagePending } from "../../app/PagePending.tsx";
export function SharedLecture(_props: Record<string, unknown>) {
  return <PagePending />;
}
