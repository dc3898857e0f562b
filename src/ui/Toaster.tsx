// Shows what toast.ts says, above the player and the tab bar.
import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { IconButton } from "./Button.tsx";
import { toastManager } from "./toastManager.ts";
import styles from "./Toaster.module.css";

export function Toaster() {
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
