// Short messages about what has just been done. Apart from the component that shows them, so that any code may speak,
// also before that component is there.

export type ToastMessage = {
  title: string;
  tone: "plain" | "danger";
  /** A way on. */
  action?: { label: string; run: () => void };
};

const waiting: ToastMessage[] = [];
const listeners = new Set<() => void>();
let show: ((message: ToastMessage) => void) | undefined;

/** Says it for a few seconds; a way on may be offered. */
export function showToast(
  title: string,
  options: { tone?: ToastMessage["tone"]; action?: ToastMessage["action"] } = {},
): void {
  const message: ToastMessage = { title, tone: options.tone ?? "plain", action: options.action };
  if (show) return show(message);
  waiting.push(message);
  for (const listener of listeners) listener();
}

/** Whether something has been said that nobody shows yet. */
export function hasWaitingToasts(): boolean {
  return waiting.length > 0;
}

export function onWaitingToast(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes what waits and all that comes. The returned function ends that. */
export function takeToasts(shows: (message: ToastMessage) => void): () => void {
  show = shows;
  for (const message of waiting.splice(0)) shows(message);
  return () => {
    if (show === shows) show = undefined;
  };
}
