/**
 * Draws the app's PNG icons from one SVG drawing, in Chromium. Run it after changing the drawing; its results in
 * public/icons are committed: `node test/icons/render.ts`
 */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../browser/chromium.ts";

const GROUND = "#0b6350";
const RECORD = "#bf2f26";
/** A lectern seen from the side: a slanted top on a stand (as public/favicon.svg). */
const LECTERN = `<path d="M13 29.5 48 16l3.600 8.600L16.600 38.200zM32.500 32V50M22.500 50h20" fill="none" stroke="#fff" stroke-width="4.600" stroke-linecap="round" stroke-linejoin="round"/>`;
const MICROPHONE = `<g fill="none" stroke="#fff" stroke-width="4.600" stroke-linecap="round"><rect x="25" y="13" width="14" height="24" rx="7"/><path d="M17.500 31a14.500 14.500 0 0 0 29 0M32 45.500V52"/></g>`;
const PLUS = `<path d="M32 17v30M17 32h30" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round"/>`;

type Icon = {
  name: string;
  sizePx: number;
  drawing: string;
  ground: string;
  /** Systems cut maskable icons to any shape: ground to the edges, the drawing in the middle 80 %. */
  shape: "rounded" | "maskable";
};

const icons: Icon[] = [
  { name: "icon-192", sizePx: 192, drawing: LECTERN, ground: GROUND, shape: "rounded" },
  { name: "icon-512", sizePx: 512, drawing: LECTERN, ground: GROUND, shape: "rounded" },
  { name: "maskable-192", sizePx: 192, drawing: LECTERN, ground: GROUND, shape: "maskable" },
  { name: "maskable-512", sizePx: 512, drawing: LECTERN, ground: GROUND, shape: "maskable" },
  { name: "apple-touch-icon", sizePx: 180, drawing: LECTERN, ground: GROUND, shape: "maskable" },
  { name: "shortcut-record", sizePx: 96, drawing: MICROPHONE, ground: RECORD, shape: "rounded" },
  { name: "shortcut-add", sizePx: 96, drawing: PLUS, ground: GROUND, shape: "rounded" },
];

const folder = fileURLToPath(new URL("../../public/icons", import.meta.url));
await mkdir(folder, { recursive: true });
const browser = await launchChromium();
for (const icon of icons) {
  const page = await browser.newPage({ viewport: { width: icon.sizePx, height: icon.sizePx } });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg(icon)}`);
  await writeFile(`${folder}/${icon.name}.png`, await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();

function svg({ sizePx, drawing, ground, shape }: Icon): string {
  const corner = shape === "rounded" ? 15 : 0;
  const scale = shape === "rounded" ? 1 : 0.78;
  const inset = 32 * (1 - scale);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sizePx}" height="${sizePx}" viewBox="0 0 64 64">
    <rect width="64" height="64" rx="${corner}" fill="${ground}"/>
    <g transform="translate(${inset} ${inset}) scale(${scale})">${drawing}</g></svg>`;
}
