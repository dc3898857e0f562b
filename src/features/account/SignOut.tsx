// Signs out, and says first what could be lost by that.
import { useState } from "react";
import { Button } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { useDeviceState } from "../upload/useDevice.ts";
import { leavingProblem } from "./leavingProblem.ts";
import { useLeave } from "./leave.ts";

export function SignOut({ isAnonymous }: { isAnonymous: boolean }) {
  const leave = useLeave();
  const { lectures } = useDeviceState();
  const [isAsking, setAsking] = useState(false);
  const unsent = lectures.filter((lecture) => lecture.state !== "discarded").length;
  const problem = leavingProblem({ isAnonymous, unsent });
  return (
    <>
      <Button onClick={() => setAsking(true)}>Sign out</Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={isAnonymous ? "Leave this library for good?" : "Sign out?"}
        confirmLabel="Sign out"
        danger={isAnonymous}
        onConfirm={leave}
      >
        <p>{problem ?? "Your lectures stay on the server. Sign in again to see them."}</p>
      </ConfirmDialog>
    </>
  );
}
