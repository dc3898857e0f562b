// Being written.
import { PagePending } from "../../app/PagePending.tsx";
export function LecturePage(_props: Record<string, unknown>) {
  return <PagePending />;
}
