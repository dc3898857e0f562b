// What else can be done with a lecture, behind three dots. The menu's code comes when somebody reaches for it.
import { Ellipsis } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton } from "../../../ui/Button.tsx";
import type { LectureDetails } from "../lecture.ts";

export type LectureDialog = "details" | "delete" | "export" | "share" | "regenerate" | "versions";

export type LectureMenuProps = {
  lecture: LectureDetails;
  hasNotes: boolean;
  onDialog: (dialog: LectureDialog) => void;
};

const loadItems = () => import("./LectureMenuItems.tsx");
const LectureMenuItems = lazy(loadItems);

export function LectureMenu(props: LectureMenuProps) {
  const [wanted, setWanted] = useState<{ byKeyboard: boolean }>();
  const closedButton = (
    <IconButton
      label="More about this lecture"
      icon={<Ellipsis size={20} />}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void loadItems()}
      onFocus={() => void loadItems()}
      // A click that a key made has no count.
      onClick={(event) => setWanted({ byKeyboard: event.detail === 0 })}
    />
  );
  if (!wanted) return closedButton;
  return (
    <Suspense fallback={closedButton}>
      <LectureMenuItems {...props} byKeyboard={wanted.byKeyboard} />
    </Suspense>
  );
}
