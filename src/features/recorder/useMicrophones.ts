// The microphones of this device, as they come and go.
import { useEffect, useState } from "react";
import { listMicrophones, type MicrophoneDevice } from "../../recorder/capture/microphone.ts";

/** @param openMicrophone changes when one has been opened: only then does the browser tell the names */
export function useMicrophones(openMicrophone: string | undefined): MicrophoneDevice[] {
  const [microphones, setMicrophones] = useState<MicrophoneDevice[]>([]);
  useEffect(() => {
    let current = true;
    const list = () => {
      listMicrophones().then(
        (found) => current && setMicrophones(found),
        // Forbidden here: the system's default is then the only one to be had.
        () => current && setMicrophones([]),
      );
    };
    list();
    // Typed as always there; missing in insecure contexts.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    devices?.addEventListener("devicechange", list);
    return () => {
      current = false;
      devices?.removeEventListener("devicechange", list);
    };
  }, [openMicrophone]);
  return microphones;
}
