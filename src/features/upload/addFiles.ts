/** Takes chosen, dropped, shared or opened files in, each the way its kind wants. */
import { BadTranscript } from "../../../domain/captions.ts";
import { ownerOfNewLectures } from "./accountId.ts";
import { fileIntake } from "./intake.ts";
import { addTextFile, isTextFile } from "./textLecture.ts";

/** What became of a file that the intake's own list does not show: a text, or a refusal. */
export type AddedFile =
  | { kind: "text"; clientKey: string; fileName: string; warnings: string[] }
  | { kind: "refused"; fileName: string; message: string }
  | { kind: "audio" };

/** @param onAdded called for each file, in order, when it has been looked at */
export async function addFiles(
  files: readonly File[],
  onAdded: (added: AddedFile) => void,
): Promise<void> {
  for (const file of files) onAdded(await addFile(file));
}

async function addFile(file: File): Promise<AddedFile> {
  const fileName = file.name;
  try {
    if (isTextFile(file)) return { kind: "text", fileName, ...(await addTextFile(file, {})) };
    const intake = await fileIntake();
    const added = await intake.add(file, { ownerId: ownerOfNewLectures() });
    if (added === "already_here") {
      return { kind: "refused", fileName, message: `“${fileName}” is already on its way.` };
    }
    return { kind: "audio" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message =
      error instanceof BadTranscript
        ? reason
        : `“${fileName}” could not be taken in (${reason}). Choose it again.`;
    return { kind: "refused", fileName, message };
  }
}
