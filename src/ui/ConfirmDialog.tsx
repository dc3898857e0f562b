// Asks before something that can't be undone: says what will be gone, and keeps "no" the easy answer.
import { lazy, Suspense, useState, type ReactNode } from "react";

export type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  danger?: boolean;
  /** The dialog stays open, busy, until this has settled; a thrown error's message is shown in it. */
  onConfirm: () => Promise<void>;
};

/** Pages that could ask, and mostly never do, don't wait for the code of the window. */
const ConfirmDialogWindow = lazy(() => import("./ConfirmDialogWindow.tsx"));

export function ConfirmDialog(props: ConfirmDialogProps) {
  const [wasOpened, setWasOpened] = useState(props.open);
  if (props.open && !wasOpened) setWasOpened(true);
  if (!wasOpened) return null;
  return (
    <Suspense fallback={null}>
      <ConfirmDialogWindow {...props} />
    </Suspense>
  );
}
