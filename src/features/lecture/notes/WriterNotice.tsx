// Says when notes are not a model's work, or not whole, and how to get better ones.
import { useState } from "react";
import { api } from "../../../../convex/_generated/api.js";
import { useSessionQuery } from "../../../app/session.ts";
import { Button } from "../../../ui/Button.tsx";
import { Notice } from "../../../ui/Notice.tsx";
import { isAtWork, type LectureDetails, type Notes } from "../lecture.ts";
import RegenerateDialog from "./RegenerateDialog.tsx";

export function WriterNotice({ lecture, notes }: { lecture: LectureDetails; notes: Notes }) {
  const isOffline = notes.writer.kind === "offline";
  const engines = useSessionQuery(api.account.engines, isOffline ? {} : "skip");
  const [isAsking, setAsking] = useState(false);
  const model = engines?.notes.configured ? engines.notes.name : undefined;

  if (!isOffline && !notes.fallbackReason) return null;
  return (
    <>
      <Notice
        title={isOffline ? "Outline made offline" : "Parts of these notes were outlined offline"}
        actions={
          (model || !isOffline) &&
          !isAtWork(lecture) && (
            <Button onClick={() => setAsking(true)}>
              {model ? `Write them with ${model}` : "Write them again"}
            </Button>
          )
        }
      >
        <p>
          {notes.fallbackReason ??
            "These are the lecture’s own sentences, chosen and ordered; nothing was added."}
        </p>
        {isOffline && engines && !engines.notes.configured && <p>{engines.notes.howTo}</p>}
      </Notice>
      {isAsking && (
        <RegenerateDialog lectureId={lecture._id} notes={notes} onOpenChange={setAsking} />
      )}
    </>
  );
}
