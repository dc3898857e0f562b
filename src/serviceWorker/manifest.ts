/** What the system is told about the installed app: its name and face, its shortcuts, the files it opens and receives. */
import type { ManifestOptions } from "vite-plugin-pwa";
import { SHARE_TARGET_PATH, SHARED_FILES_FIELD } from "./contract.ts";

const audioAndVideo: Record<string, string[]> = {
  "audio/mpeg": [".mp3"],
  "audio/mp4": [".m4a", ".m4b"],
  "audio/aac": [".aac"],
  "audio/wav": [".wav"],
  "audio/flac": [".flac"],
  "audio/ogg": [".ogg", ".oga", ".opus"],
  "audio/webm": [".weba"],
  "video/mp4": [".mp4", ".m4v"],
  "video/quicktime": [".mov"],
  "video/webm": [".webm"],
  "video/x-matroska": [".mkv"],
};

const text: Record<string, string[]> = {
  "text/vtt": [".vtt"],
  "application/x-subrip": [".srt"],
  "text/plain": [".txt"],
  "text/markdown": [".md"],
};

const shortcutIcons = (name: string) => [
  { src: `/icons/shortcut-${name}.png`, sizes: "96x96", type: "image/png" },
];

function screenshot(name: string, label: string, form: "narrow" | "wide") {
  return {
    src: `/screenshots/${name}.jpg`,
    label,
    form_factor: form,
    sizes: form === "narrow" ? "780x1688" : "2560x1600",
    type: "image/jpeg",
  };
}

export const manifest: Partial<ManifestOptions> = {
  id: "/",
  name: "Lectern",
  short_name: "Lectern",
  description:
    "Record a lecture, or bring one, and read organised notes while it is still being spoken.",
  lang: "en",
  dir: "ltr",
  start_url: "/",
  scope: "/",
  display: "standalone",
  background_color: "#f6f7f4",
  theme_color: "#f6f7f4",
  categories: ["education", "productivity"],
  icons: [
    { src: "/icons/icon-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
    { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
    { src: "/icons/maskable-192.png", sizes: "192x192", type: "image/png", purpose: "maskable" },
    { src: "/icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    { src: "/favicon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
  ],
  screenshots: [
    screenshot("notes-narrow", "Notes of a lecture, on a phone", "narrow"),
    screenshot("recorder-narrow", "The recorder, on a phone", "narrow"),
    screenshot("notes-wide", "Notes of a lecture, on a laptop", "wide"),
    screenshot("recorder-wide", "The recorder, on a laptop", "wide"),
  ],
  shortcuts: [
    {
      name: "Record now",
      short_name: "Record",
      description: "Open the recorder",
      url: "/record",
      icons: shortcutIcons("record"),
    },
    {
      name: "Add a lecture",
      short_name: "Add",
      description: "Bring an audio file, a video, captions or text",
      url: "/new",
      icons: shortcutIcons("add"),
    },
  ],
  share_target: {
    action: SHARE_TARGET_PATH,
    method: "POST",
    enctype: "multipart/form-data",
    params: {
      title: "title",
      text: "text",
      files: [
        {
          name: SHARED_FILES_FIELD,
          accept: [
            "audio/*",
            "video/*",
            ...Object.keys(text),
            ...extensionsOf(audioAndVideo, text),
          ],
        },
      ],
    },
  },
  file_handlers: [{ action: "/new", accept: { ...audioAndVideo, ...text } }],
};

function extensionsOf(...tables: Record<string, string[]>[]): string[] {
  return tables.flatMap((table) => Object.values(table).flat());
}
