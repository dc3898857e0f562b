// The first lecture of a machine that transcribes by itself waits for its model: how far that is.
import { Notice } from "../../../ui/Notice.tsx";
import { ProgressBar } from "../../../ui/ProgressBar.tsx";

export function GettingReady({ message }: { message: string }) {
  // The speech server tells how much is there in its sentence, and in no other way.
  const percent = /(\d+) %/.exec(message)?.[1];
  return (
    <Notice title="Getting ready to transcribe">
      <p>{message} Your audio is kept, and the work goes on by itself.</p>
      <ProgressBar
        label="Getting ready to transcribe"
        value={percent === undefined ? undefined : Number(percent)}
      />
    </Notice>
  );
}
