// While a lecture still arrives from this very device: how much of it has been sent.
import { useDeviceState } from "../../upload/useDevice.ts";

export default function SentFromHere({
  lectureId,
  otherwise,
}: {
  lectureId: string;
  /** Said when this device has no part of it. */
  otherwise: string;
}) {
  const { lectures } = useDeviceState();
  const here = lectures.find((lecture) => lecture.lectureId === lectureId);
  if (!here || here.pieceCount === 0) return otherwise;
  return `${here.confirmedPieceCount} of ${here.pieceCount} pieces sent from this device`;
}
