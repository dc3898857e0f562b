// Shows what toast.ts says, above the player and the tab bar.
import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useEffect } from "react";
import { IconButton } from "./Button.tsx";
import { takeToasts, type ToastMessage } from "./toast.ts";
import styles from "./Toaster.module.css";

const toastManager = Toast.createToastManager();

export function Toaster() {
  // An effect of the component around the provider: it runs after the provider has begun to listen.
  useEffect(() => takeToasts(add), []);
  return (
    <Toast.Provider toastManager={toastManager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast}>
      <Toast.Content className={styles.content}>
        <Toast.Title className={styles.title} render={<p />} />
        <Toast.Action className={styles.action} />
        <Toast.Close render={<IconButton label="Close this message" icon={<X size={18} />} />} />
      </Toast.Content>
    </Toast.Root>
  ));
}

function add({ title, tone, action }: ToastMessage): void {
  toastManager.add({
    title,
    type: tone,
    timeout: tone === "danger" ? 9_000 : 5_000,
    priority: tone === "danger" ? "high" : "low",
    actionProps: action ? { children: action.label, onClick: action.run } : undefined,
  });
}
