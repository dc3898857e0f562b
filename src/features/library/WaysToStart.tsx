// The empty library: what Lectern does, the three ways to begin, and a lecture to try it with.
import { Link } from "@tanstack/react-router";
import { ClipboardType, FileAudio, Mic } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../../ui/classNames.ts";
import linkCard from "../../ui/linkCard.module.css";
import { SampleLectureButton } from "./SampleLectureButton.tsx";
import styles from "./WaysToStart.module.css";

export function WaysToStart() {
  return (
    <div className={styles.ways}>
      <p className={styles.lead}>
        Record a lecture, or bring one. Notes are written while it is still being spoken, and every
        line leads back to the moment it was said.
      </p>
      <ul className={styles.list}>
        <Way
          to="/record"
          icon={<Mic size={26} />}
          title="Record"
          text="With this device’s microphone. Works without a network, and nothing is lost if the battery dies."
          isFirst
        />
        <Way
          to="/new"
          icon={<FileAudio size={26} />}
          title="Choose a file"
          text="Audio or video of any length. Only the sound is sent, piece by piece."
        />
        <Way
          to="/new"
          icon={<ClipboardType size={26} />}
          title="Bring a transcript"
          text="Paste text, or open captions (.vtt, .srt) or a text file."
        />
      </ul>
      <div className={styles.sample}>
        <p>
          Or look around first, with Michael Faraday’s lecture on the candle from 1860, taken
          through the whole process in front of you.
        </p>
        <SampleLectureButton />
      </div>
    </div>
  );
}

function Way({
  to,
  icon,
  title,
  text,
  isFirst = false,
}: {
  to: "/record" | "/new";
  icon: ReactNode;
  title: string;
  text: string;
  isFirst?: boolean;
}) {
  return (
    <li className={classNames(linkCard.card, styles.way)} data-first={isFirst || undefined}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <h2 className={styles.title}>
        <Link to={to} className={linkCard.link}>
          {title}
        </Link>
      </h2>
      <p className={styles.text}>{text}</p>
    </li>
  );
}
