// The queue of messages between toast.ts, which anyone calls, and Toaster.tsx, which shows them. Loaded on first need.
import { Toast } from "@base-ui/react/toast";

export const toastManager = Toast.createToastManager();
