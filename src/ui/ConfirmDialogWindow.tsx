// The window of ConfirmDialog.tsx: fetched when something is first asked.
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState } from "react";
import { Button } from "./Button.tsx";
import type { ConfirmDialogProps } from "./ConfirmDialog.tsx";
import styles from "./Dialog.module.css";

export default function ConfirmDialogWindow({
  open,
  onOpenChange,
  title,
  children,
  confirmLabel,
  cancelLabel = "Cancel",
  danger = false,
  onConfirm,
}: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onOpenChange(false);
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : "That did not work. Please try again.");
    } finally {
      setBusy(false);
    }
  };

  return (
    <AlertDialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!busy) onOpenChange(next);
        setError(undefined);
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.popup}>
          <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          <AlertDialog.Description className={styles.description} render={<div />}>
            {children}
          </AlertDialog.Description>
          {error && (
            <p className={styles.error} role="alert">
              {error}
            </p>
          )}
          <div className={styles.actions}>
            <AlertDialog.Close render={<Button variant="secondary" />} disabled={busy}>
              {cancelLabel}
            </AlertDialog.Close>
            <Button
              variant={danger ? "record" : "primary"}
              busy={busy}
              onClick={() => void confirm()}
            >
              {confirmLabel}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
