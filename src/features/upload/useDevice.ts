// What is on this device and how far it has been sent, for components.
import { useSyncExternalStore } from "react";
import type { IntakeItem } from "../../recorder/files/fileIntake.ts";
import { deviceState, onDeviceState, type DeviceState } from "./deviceStore.ts";
import { intakeItems, onIntake } from "./intake.ts";
import { onUploadState, uploadState, type UploadState } from "./uploadState.ts";

export function useDeviceState(): DeviceState {
  return useSyncExternalStore(onDeviceState, deviceState);
}

export function useUploadState(): UploadState {
  return useSyncExternalStore(onUploadState, uploadState);
}

export function useIntakeItems(): readonly IntakeItem[] {
  return useSyncExternalStore(onIntake, intakeItems);
}
