// Builds the web app: file routes, each split into its own chunk, React, and what makes it installable.
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { quickStart } from "./scripts/quickStartPlugin.ts";
import { manifest } from "./src/serviceWorker/manifest.ts";

export default defineConfig({
  plugins: [
    // Before React's plugin, so that the split pieces are what gets compiled.
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      routesDirectory: "src/routes",
      generatedRouteTree: "src/routeTree.gen.ts",
      routeFileIgnorePattern: "\\.(test|module)\\.",
      quoteStyle: "double",
      semicolons: true,
      addExtensions: true,
    }),
    react(),
    quickStart({
      lecture: "src/routes/lecture.$lectureId.tsx",
      record: "src/routes/record.tsx",
      account: "src/routes/account.tsx",
      shared: "src/routes/shared.$token.tsx",
    }),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src/serviceWorker",
      filename: "serviceWorker.ts",
      // The page registers it itself: an update must wait for recordings in every tab.
      injectRegister: false,
      manifest,
      injectManifest: {
        globPatterns: ["**/*.{html,js,css,woff2,svg,webmanifest}", "icons/*.png"],
        // KaTeX's and the serif's other files come when a page first needs them.
        globIgnores: ["**/serviceWorker.js", "screenshots/**"],
        maximumFileSizeToCacheInBytes: 4_000_000,
        // One classic script: for the other format the plugin uses an option that Vite warns of.
        rollupFormat: "iife",
        // The worker is built by a second Vite, which would otherwise tell of itself whatever this one was told.
        buildPlugins: { vite: [{ name: "quiet", config: () => ({ logLevel: "error" }) }] },
      },
    }),
  ],
  // Workers import modules of their own (the file cutter), which needs the ES format.
  worker: { format: "es" },
  build: {
    outDir: "dist",
    target: "es2022",
    sourcemap: true,
    // Fonts stay files: inlined they would delay the first paint.
    assetsInlineLimit: 2048,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What the first page needs comes in two files instead of a dozen: libraries, which a new version of the
          // app leaves in the browser's cache, and the app itself. Other pages keep the pieces of their own.
          groups: [
            { name: "libraries", test: /node_modules/, tags: ["$initial"], priority: 2 },
            { name: "app", tags: ["$initial"], priority: 1 },
          ],
        },
      },
    },
  },
});
