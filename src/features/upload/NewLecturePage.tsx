// Bringing a lecture: audio, video, captions and text, by picker, drop or paste.
import { useCallback, useEffect, useState } from "react";
import { Notice } from "../../ui/Notice.tsx";
import { PageWidth } from "../../ui/PageWidth.tsx";
import { Button } from "../../ui/Button.tsx";
import { AddedFileRow } from "./AddedFileRow.tsx";
import { addFiles, type AddedFile } from "./addFiles.ts";
import { addedRows, type AddedText } from "./addedRows.ts";
import { FilePicker } from "./FilePicker.tsx";
import { takeIncomingFiles } from "./incomingFiles.ts";
import { TranscriptForm } from "./TranscriptForm.tsx";
import { useDeviceState, useIntakeItems } from "./useDevice.ts";
import { uniqueKey } from "../../recorder/uniqueKey.ts";
import styles from "./NewLecturePage.module.css";

const SHARE_FAILED =
  "What was shared could not be taken in: this device may have no room left for it. Free some space, or choose the file here.";

export function NewLecturePage({ shareFailed = false }: { shareFailed?: boolean }) {
  const { lectures, lectureIds } = useDeviceState();
  const items = useIntakeItems();
  const [texts, setTexts] = useState<readonly AddedText[]>([]);
  const [refusals, setRefusals] = useState<readonly { id: string; message: string }[]>(
    shareFailed ? [{ id: "share", message: SHARE_FAILED }] : [],
  );
  const rows = addedRows({ items, texts, lectures, lectureIds });

  const refuse = useCallback((message: string) => {
    setRefusals((before) => [...before, { id: uniqueKey(), message }]);
  }, []);
  const onAdded = useCallback(
    (added: AddedFile) => {
      if (added.kind === "text") setTexts((before) => [...before, added]);
      if (added.kind === "refused") refuse(added.message);
    },
    [refuse],
  );
  const add = (files: readonly File[]) => {
    setRefusals([]);
    void addFiles(files, onAdded);
  };

  // Files that the system shared with the app, or opened with it.
  useEffect(
    () =>
      takeIncomingFiles(
        (files) => void addFiles(files, onAdded),
        (reason) =>
          refuse(`The files that were opened could not be read (${reason}). Choose them here.`),
      ),
    [onAdded, refuse],
  );

  return (
    <PageWidth width="reading">
      <div className={styles.page}>
        <h1>Add a lecture</h1>
        <FilePicker onFiles={add} />
        {refusals.map(({ id, message }) => (
          <Notice
            key={id}
            tone="danger"
            live
            actions={
              <Button
                onClick={() => setRefusals((before) => before.filter((each) => each.id !== id))}
              >
                All right
              </Button>
            }
          >
            {message}
          </Notice>
        ))}
        {rows.length > 0 && (
          <section aria-labelledby="added-heading">
            <h2 id="added-heading" className={styles.heading}>
              Added
            </h2>
            <ul className={styles.rows}>
              {rows.map((row) => (
                <AddedFileRow key={row.clientKey} row={row} detailsOpen={rows.length === 1} />
              ))}
            </ul>
          </section>
        )}
        <TranscriptForm />
      </div>
    </PageWidth>
  );
}
