// Short messages about what has just been done. Apart from the component that shows them, so that any code may speak.

/** Says it for a few seconds; a way on may be offered. */
export function showToast(
  title: string,
  options: { tone?: "plain" | "danger"; action?: { label: string; run: () => void } } = {},
): void {
  void import("./toastManager.ts").then(({ toastManager }) => {
    toastManager.add({
      title,
      type: options.tone ?? "plain",
      timeout: options.tone === "danger" ? 9_000 : 5_000,
      priority: options.tone === "danger" ? "high" : "low",
      actionProps: options.action
        ? { children: options.action.label, onClick: options.action.run }
        : undefined,
    });
  });
}
