// The rule for names of tables and indexes (CONVEX-RUNTIME 4.7).

/** True for `[A-Za-z_][A-Za-z0-9_]*` of at most 64 characters that is not all underscores. */
export function isIdentifier(name: string): boolean {
  return name.length <= 64 && /^_*[A-Za-z][A-Za-z0-9_]*$|^_+[0-9][A-Za-z0-9_]*$/.test(name);
}
