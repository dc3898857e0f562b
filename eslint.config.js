// The linter: type-aware promise rules, Convex's own rules, hooks, and the arrows between the rooms.
import convexPlugin from "@convex-dev/eslint-plugin";
import boundaries from "eslint-plugin-boundaries";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** The arrows of docs/architecture.md: which other room a room may import from. */
const arrows = {
  generated: ["convex"],
  convex: ["generated", "domain"],
  src: ["generated", "domain"],
  domain: [],
  embedded: [],
  "local-ai": [],
  scripts: ["embedded", "local-ai"],
};
const rooms = Object.keys(arrows).filter((room) => room !== "generated");

export default tseslint.config(
  {
    ignores: [
      "dist/**",
      "node_modules/**",
      ".lectern/**",
      "**/_generated/**",
      "src/routeTree.gen.ts",
      "public/**",
      "test/fixtures/**",
      "**/fixtures/**",
      "dev-dist/**",
      "coverage/**",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": [
        "error",
        { checksVoidReturn: { attributes: false } },
      ],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      // Handlers that satisfy an async interface often have nothing to await.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks },
    rules: { "react-hooks/rules-of-hooks": "error", "react-hooks/exhaustive-deps": "error" },
  },
  ...convexPlugin.configs.recommended.map((config) => ({ ...config, files: ["convex/**/*.ts"] })),
  {
    files: rooms.map((room) => `${room}/**/*.{ts,tsx}`),
    ignores: ["**/*.test.{ts,tsx}"],
    plugins: { boundaries },
    settings: {
      "import/resolver": { typescript: { alwaysTryTypes: true } },
      "boundaries/elements": [
        { type: "generated", pattern: "**/_generated/**", partialMatch: false },
        ...rooms.map((room) => ({ type: room, pattern: `${room}/**`, partialMatch: false })),
      ],
    },
    rules: {
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: Object.entries(arrows).map(([from, to]) => ({
            from: { element: { type: from } },
            allow: [{ to: { element: { type: [from, ...to] } } }],
          })),
        },
      ],
    },
  },
);
