// The player at the bottom edge: play, position, speed.
import { BookmarkPlus, Pause, Play, RotateCcw, RotateCw } from "lucide-react";
import { formatClock } from "../../../../domain/time.ts";
import { IconButton } from "../../../ui/Button.tsx";
import { classNames } from "../../../ui/classNames.ts";
import { usePlayer, usePlayerValue } from "./PlayerProvider.tsx";
import { RATES } from "./rates.ts";
import styles from "./PlayerBar.module.css";

const SKIP_MS = 10_000;

export function PlayerBar({ onMark }: { onMark: (atMs: number) => void }) {
  const { track, hasAudio } = usePlayer();
  const status = usePlayerValue((state) => state.status);
  if (!hasAudio) return null;
  const isActive = status === "playing" || status === "loading";
  return (
    <section className={classNames(styles.bar, "no-print")} aria-label="Player" data-player>
      <div className={styles.inner}>
        <div className={styles.buttons}>
          <IconButton
            label="Back 10 seconds"
            title="Back 10 seconds (J)"
            aria-keyshortcuts="J ArrowLeft"
            icon={<RotateCcw size={20} />}
            onClick={() => track.skip(-SKIP_MS)}
          />
          <button
            type="button"
            className={styles.play}
            aria-label={isActive ? "Pause" : "Play"}
            title={isActive ? "Pause (K)" : "Play (K)"}
            aria-keyshortcuts="K Space"
            data-loading={status === "loading" || undefined}
            onClick={() => track.toggle()}
          >
            {isActive ? <Pause size={22} /> : <Play size={22} className={styles.playIcon} />}
          </button>
          <IconButton
            label="On 10 seconds"
            title="On 10 seconds (L)"
            aria-keyshortcuts="L ArrowRight"
            icon={<RotateCw size={20} />}
            onClick={() => track.skip(SKIP_MS)}
          />
        </div>
        <Position />
        <IconButton
          className={styles.mark}
          label="Mark this moment"
          icon={<BookmarkPlus size={20} />}
          onClick={() => {
            track.pause();
            onMark(Math.round(track.snapshot().timeMs));
          }}
        />
        <Rate />
      </div>
      <p className={styles.failed} role="status">
        {status === "failed" &&
          "This part of the recording could not be played. Try again, or go on after it."}
      </p>
    </section>
  );
}

function Position() {
  const { track } = usePlayer();
  const seconds = usePlayerValue((state) => Math.floor(state.timeMs / 1000));
  const totalSeconds = usePlayerValue((state) => Math.ceil(state.durationMs / 1000));
  return (
    <div className={styles.position}>
      <span className="tabular">{formatClock(seconds * 1000)}</span>
      <input
        type="range"
        className={styles.slider}
        aria-label="Position in the lecture"
        aria-valuetext={`${formatClock(seconds * 1000)} of ${formatClock(totalSeconds * 1000)}`}
        min={0}
        max={Math.max(1, totalSeconds)}
        step={1}
        value={Math.min(seconds, totalSeconds)}
        style={{ "--share": `${totalSeconds > 0 ? (seconds / totalSeconds) * 100 : 0}%` } as object}
        onChange={(event) => track.seek(Number(event.target.value) * 1000)}
      />
      <span className="tabular">{formatClock(totalSeconds * 1000)}</span>
    </div>
  );
}

function Rate() {
  const { track } = usePlayer();
  const rate = usePlayerValue((state) => state.rate);
  return (
    <select
      className={styles.rate}
      aria-label="Speed"
      value={rate}
      onChange={(event) => track.setRate(Number(event.target.value))}
    >
      {RATES.map((each) => (
        <option key={each} value={each}>
          {each} ×
        </option>
      ))}
    </select>
  );
}
