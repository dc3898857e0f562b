// What a person has to know before signing out, or undefined when nothing can be lost.

export function leavingProblem({
  isAnonymous,
  unsent,
}: {
  isAnonymous: boolean;
  /** How many lectures are, in part at least, only on this device. */
  unsent: number;
}): string | undefined {
  if (isAnonymous) {
    return "This library has no email and password, so there is no way back into it. Keep it first, if you want to see its lectures again.";
  }
  if (unsent === 0) return undefined;
  return unsent === 1
    ? "1 lecture is still only on this device. It is kept here, and sent when you sign in to this account here again."
    : `${unsent} lectures are still only on this device. They are kept here, and sent when you sign in to this account here again.`;
}
