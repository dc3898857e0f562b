// The top of the recorder before it records: what it is, the big button, and what happens when it is pressed.
import { Mic } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { startWords } from "./startWords.ts";

export function StartHead({
  isContinued,
  lead,
  starting,
  onStart,
}: {
  /** An existing lecture goes on. */
  isContinued: boolean;
  lead?: ReactNode;
  starting: boolean;
  onStart: () => void;
}) {
  const permission = useMicrophonePermission();
  return (
    <>
      <header>
        <h1>{isContinued ? startWords.continue : startWords.title}</h1>
        {lead}
      </header>
      <div className="start">
        <button
          type="button"
          className="start-button"
          aria-disabled={starting || undefined}
          onClick={starting ? undefined : onStart}
        >
          <Mic size={40} aria-hidden="true" />
          <span>{startWords.button}</span>
        </button>
        <p className="start-reason" role="status">
          {starting && permission !== "granted"
            ? startWords.allow
            : permission === "granted"
              ? startWords.kept
              : startWords.reason}
        </p>
      </div>
    </>
  );
}

/** The button that index.html shows until this page takes its place. */
const earlyButton = document.querySelector<HTMLElement>(".start-button");

/** Whether it was pressed; says so once. */
export function takeEarlyPress(): boolean {
  const isPressed = earlyButton?.dataset.pressed !== undefined;
  delete earlyButton?.dataset.pressed;
  return isPressed;
}

function useMicrophonePermission(): PermissionState | undefined {
  const [state, setState] = useState<PermissionState>();
  useEffect(() => {
    let status: PermissionStatus | undefined;
    let current = true;
    // Older Safari and Firefox don't know this name; then the browser's question explains itself.
    navigator.permissions
      ?.query({ name: "microphone" })
      .then((found) => {
        if (!current) return;
        status = found;
        setState(found.state);
        found.onchange = () => setState(found.state);
      })
      .catch(() => undefined);
    return () => {
      current = false;
      if (status) status.onchange = null;
    };
  }, []);
  return state;
}
