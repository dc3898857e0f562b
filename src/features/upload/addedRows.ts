/** The lines under "Added": files being taken in, text that was brought, and what an earlier visit left here. */
import type { IntakeItem } from "../../recorder/files/fileIntake.ts";
import type { DeviceLecture } from "./deviceLecture.ts";

export type AddedRow = {
  clientKey: string;
  name: string;
  lectureId?: string;
  intake?: IntakeItem;
  device?: DeviceLecture;
  /** What had to be put right in a text. */
  warnings: readonly string[];
};

export type AddedText = { clientKey: string; fileName: string; warnings: readonly string[] };

/** Newest last, as they were added; what was left by an earlier visit comes first. */
export function addedRows(options: {
  items: readonly IntakeItem[];
  texts: readonly AddedText[];
  lectures: readonly DeviceLecture[];
  lectureIds: ReadonlyMap<string, string>;
}): AddedRow[] {
  const { items, texts, lectures, lectureIds } = options;
  const here = new Map(
    lectures
      .filter(({ source, state }) => isBrought(source) && state !== "discarded")
      .map((lecture) => [lecture.clientKey, lecture]),
  );
  const names = new Map<
    string,
    { name: string; intake?: IntakeItem; warnings?: readonly string[] }
  >(
    [...here.values()]
      .reverse()
      .map(({ clientKey, fileName, title }) => [
        clientKey,
        { name: fileName ?? title ?? "A transcript" },
      ]),
  );
  for (const item of items) names.set(item.clientKey, { name: item.fileName, intake: item });
  for (const { clientKey, fileName, warnings } of texts) {
    names.set(clientKey, { name: fileName, warnings });
  }
  return [...names].map(([clientKey, { name, intake, warnings = [] }]) => ({
    clientKey,
    name,
    intake,
    warnings,
    device: here.get(clientKey),
    lectureId: here.get(clientKey)?.lectureId ?? lectureIds.get(clientKey),
  }));
}

function isBrought(source: DeviceLecture["source"]): boolean {
  return source === "file" || source === "captions" || source === "text";
}
