// What the recorder says before it records. index.html says the same before the program has come; a test compares them.
export const startWords = {
  title: "Record a lecture",
  continue: "Continue this lecture",
  button: "Start recording",
  reason:
    "Your browser will ask for the microphone. It is open only while you record or check it, and every second is kept on this device, with or without a network.",
  allow: "Allow the microphone in your browser’s question.",
  kept: "Every second is kept on this device as it is spoken, with or without a network.",
} as const;
