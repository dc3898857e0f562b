// The last seconds of loudness as bars: whoever looks sees that the microphone hears.
import { useEffect, useRef } from "react";
import type { LevelHistory } from "../../recorder/capture/levelHistory.ts";
import { useMediaQuery } from "../../ui/useMediaQuery.ts";
import styles from "./LevelPicture.module.css";

const BAR_PX = 3;
const GAP_PX = 2;
/** With reduced motion the picture changes twice a second instead of flowing. */
const CALM_INTERVAL_MS = 500;

export function LevelPicture({
  levels,
  active,
  height = 72,
}: {
  levels: LevelHistory;
  /** Drawn in the recording colour while the sound is kept, in grey while it is only heard. */
  active: boolean;
  height?: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const calm = useMediaQuery("(prefers-reduced-motion: reduce)");

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let shown = -1;
    let shownWidth = 0;
    const draw = () => {
      const width = element.clientWidth;
      if (levels.count === shown && width === shownWidth) return;
      shown = levels.count;
      shownWidth = width;
      drawBars(element, levels);
    };
    draw();
    if (calm) {
      const timer = setInterval(draw, CALM_INTERVAL_MS);
      return () => clearInterval(timer);
    }
    let frame = requestAnimationFrame(function next() {
      draw();
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [levels, calm]);

  return (
    <canvas
      ref={canvas}
      className={styles.picture}
      data-active={active || undefined}
      style={{ height }}
      role="img"
      aria-label={active ? "Loudness of what is being recorded" : "Loudness at the microphone"}
    />
  );
}

function drawBars(canvas: HTMLCanvasElement, levels: LevelHistory): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (canvas.width !== pixelWidth) canvas.width = pixelWidth;
  if (canvas.height !== pixelHeight) canvas.height = pixelHeight;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = getComputedStyle(canvas).color;
  const step = BAR_PX + GAP_PX;
  const count = Math.floor(width / step);
  const peaks = levels.last(count);
  // The newest stands at the right edge; where nothing has been heard yet, a dotted line holds the place.
  for (let i = 0; i < count; i += 1) {
    const peak = peaks[peaks.length - 1 - i] ?? 0;
    const barHeight = Math.max(2, heightOf(peak) * height);
    const x = width - (i + 1) * step;
    context.beginPath();
    context.roundRect(x, (height - barHeight) / 2, BAR_PX, barHeight, BAR_PX / 2);
    context.fill();
  }
}

/** Ears hear in decibels: -60 dB is nothing, 0 dB is full height. */
function heightOf(peak: number): number {
  const db = 20 * Math.log10(Math.max(peak, 1e-6));
  return Math.min(1, Math.max(0, (db + 60) / 60));
}
