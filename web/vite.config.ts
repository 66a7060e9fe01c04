import react from "@vitejs/plugin-react";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vitest/config";
import { boot } from "./scripts/boot.ts";
import { isLaterIcon } from "./scripts/icons.ts";
import { shellWorker } from "./scripts/shell-worker.ts";

/** React alone; it is evaluated in a task of its own, as the packages are (src/start). */
const isReact = (id: string) => /\/node_modules\/(react|react-dom|scheduler)\/|start\/(react|breathe)/.test(id);

/** Packages that the first page needs, whichever it is. */
const isPackage = (id: string) =>
  /\/node_modules\/(use-sync-external-store|idb|openapi-fetch|lucide-react|@tanstack\/(react-router|router-core|history|react-store|store|react-query|query-core))\/|start\/packages/.test(id);

/** Parts of ours that the first page needs, whichever it is. */
const isBase = (id: string) =>
  /\/web\/src\/(api|app|drafts|i18n\/(index|translate)|live|offline|resources|start|ui|features\/system(\/people)?\/search)\b/.test(id) && !/(app\/Help|LiveInbox|inbox\/queries|inbox\/device|SessionRow|SystemLinks|SystemNav|systemNav|app\/browser|app\/preferences|app\/organisation|ui\/zones|StaffMark|ViaMark|resources\/key|resources\/user\/(HandedLink|portraits|ResetLink|TakeFactors|login)|OnDevice|MomentInput|ui\/TimeInput|asset\/(SameThing|StandsStill|fields|own|down)|useDraft|drafts\/server|\/Field|\/inputs|resources\/factor|resources\/(file|label)|request\/found|request\/Marked|offline\/(opened|decide|useDiscard)|app\/QueueDialog|ui\/Qr|ui\/Sheet)/.test(id);

/** Parts of ours that most other pages need: fields, and what is drafted. */
const isShared = (id: string) => /\/web\/src\/(ui\/Field|resources\/request\/inputs|.*\/(ViaMark|StaffMark|useDraft))\b/.test(id);

export default defineConfig({
  plugins: [react(), tailwindcss(), boot(), shellWorker()],
  resolve: {
    alias: [
      { find: "@", replacement: new URL("./src", import.meta.url).pathname },
      // For React before 18; ours has it.
      { find: /^use-sync-external-store\/shim(\/index\.js)?$/, replacement: "react" },
    ],
  },
  build: {
    target: "es2023",
    // A data: URL would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What every page needs comes as three files instead of twenty, what most others need and the other icons as one each; the rest stays with the pages that need it.
        codeSplitting: {
          groups: [
            { name: "react", test: isReact },
            { name: "packages", test: (id) => isPackage(id) && !isLaterIcon(id) },
            { name: "icons", test: isLaterIcon },
            { name: "base", test: isBase },
            { name: "shared", test: isShared },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: "http://localhost:8787", ws: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
