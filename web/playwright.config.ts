// Against a system that runs: `cargo xtask test --only browser` brings one up and names it in BASE_URL. The browser is
// the system's own Chromium; CHROMIUM names another.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 1,
  reporter: "line",
  outputDir: "node_modules/.cache/playwright",
  use: {
    baseURL: process.env.BASE_URL ?? "http://localhost:8787",
    locale: "en",
    trace: "off",
    screenshot: "off",
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] },
  },
});
