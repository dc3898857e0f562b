// One piece of work that a button starts: busy while it runs, and its failure said in words.
import { useCallback, useState } from "react";
import { showToast } from "../ui/toast.ts";
import { errorMessage } from "./errorMessage.ts";

/**
 * @returns whether it runs, and how to start it. `failed` is said when the backend gives no sentence of its own;
 * the promise tells whether it went well.
 */
export function useTask(): [
  isBusy: boolean,
  run: (work: () => Promise<unknown>, failed: string) => Promise<boolean>,
] {
  const [isBusy, setBusy] = useState(false);
  const run = useCallback(async (work: () => Promise<unknown>, failed: string) => {
    setBusy(true);
    try {
      await work();
      return true;
    } catch (error) {
      showToast(errorMessage(error, failed), { tone: "danger" });
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return [isBusy, run];
}
