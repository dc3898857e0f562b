// One click: the sample lecture goes through the real pipeline, and its page opens at once.
import { useNavigate } from "@tanstack/react-router";
import { useConvex } from "convex/react";
import { useState } from "react";
import { errorMessage } from "../../app/errorMessage.ts";
import { useSession } from "../../app/session.ts";
import { Button } from "../../ui/Button.tsx";
import { showToast } from "../../ui/toast.ts";

export function SampleLectureButton() {
  const convex = useConvex();
  const navigate = useNavigate();
  const { status } = useSession();
  const [busy, setBusy] = useState(false);

  const start = async () => {
    setBusy(true);
    try {
      const { startSampleLecture } = await import("../upload/index.ts");
      const { lectureId } = await startSampleLecture(convex);
      await navigate({ to: "/lecture/$lectureId", params: { lectureId } });
    } catch (error) {
      showToast(
        errorMessage(error, "The sample lecture could not be started. Is the server in reach?"),
        { tone: "danger" },
      );
      setBusy(false);
    }
  };

  return (
    <Button busy={busy} disabled={status !== "ready"} onClick={() => void start()}>
      Try a sample lecture
    </Button>
  );
}
