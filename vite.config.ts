// Builds the web app: file routes, each split into its own chunk, and React.
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

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
  ],
  // Workers import modules of their own (the file cutter), which needs the ES format.
  worker: { format: "es" },
  build: {
    outDir: "dist",
    target: "es2022",
    sourcemap: true,
    // Fonts stay files: inlined they would delay the first paint.
    assetsInlineLimit: 2048,
  },
});
