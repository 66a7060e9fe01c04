// Against a system that runs: `cargo xtask test --only browser` brings one up and names it in BASE_URL. The browser is
// the system's own Chromium; CHROMIUM names another.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 1,
  // What passes the second time only is called flaky at the end, with its first error: something to be mended.
  retries: Number(process.env.RETRIES ?? 0),
  reporter: process.stdout.isTTY ? "line" : "dot",
  outputDir: "node_modules/.cache/playwright",
  use: {
    baseURL: process.env.BASE_URL ?? "http://localhost:8787",
    locale: "en",
    trace: "off",
    screenshot: "off",
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] },
  },
});
