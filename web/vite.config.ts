import react from "@vitejs/plugin-react";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vitest/config";
import { boot } from "./scripts/boot.ts";
import { shellWorker } from "./scripts/shell-worker.ts";

/** Packages and parts of ours that the first page needs, whichever it is. */
const isBase = (id: string) =>
  /\/node_modules\/(react|react-dom|scheduler|i18next|react-i18next|void-elements|html-parse-stringify|use-sync-external-store|idb|openapi-fetch|lucide-react|@tanstack\/(react-router|router-core|history|react-store|store|react-query|query-core))\//.test(id) ||
  (/\/web\/src\/(api|app|drafts|live|offline|resources|start|ui)\//.test(id) && !/(ToastList|SessionRow|SystemLinks|app\/browser|app\/preferences|StaffMark|ui\/Dialog|QueueDialog|OnDevice|useDiscard|useDraft|drafts\/server|\/project|\/Field|\/Select|\/inputs)/.test(id));

export default defineConfig({
  plugins: [react(), tailwindcss(), boot(), shellWorker()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2023",
    // A data: URL would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What every page needs comes as one file instead of twenty; the rest stays with the pages that need it.
        codeSplitting: { groups: [{ name: "base", test: isBase }] },
      },
    },
  },
  server: { proxy: { "/api": { target: "http://localhost:8787", ws: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
