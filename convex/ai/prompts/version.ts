// Kept on all notes that a model wrote, so that one can tell which prompts made them. Raised with
// every change of a prompt that changes what comes out.

export const PROMPT_VERSION = "notes-1";
