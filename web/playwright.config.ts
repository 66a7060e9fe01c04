// Against systems that run, as many as there are browsers at once: `cargo xtask test --only browser` brings them up and says in SYSTEMS what
// the tests find in the environment; by hand, BASE_URL names one. The browser is the
// system's own Chromium; CHROMIUM names another, and CHROMIUM_SHELL one without a window for what needs none.
import { defineConfig } from "@playwright/test";

const systems = JSON.parse(process.env.SYSTEMS ?? "[{}]") as Record<string, string>[];
// Each browser works in a system of its own.
Object.assign(process.env, systems[Number(process.env.TEST_PARALLEL_INDEX ?? 0)]);

export default defineConfig({
  testDir: "tests",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: systems.length,
  // What passes the second time only is called flaky at the end, with its first error: something to be mended.
  retries: Number(process.env.RETRIES ?? 0),
  reporter: process.stdout.isTTY ? "line" : "list",
  outputDir: "node_modules/.cache/playwright",
  use: {
    baseURL: process.env.BASE_URL ?? "http://localhost:8787",
    locale: "en",
    trace: "off",
    screenshot: "off",
    // Each new browser would fetch the whole app to keep it, which is most of what these tests would do. Those that go offline say `keeping`.
    serviceWorkers: "block",
    launchOptions: { executablePath: process.env.CHROMIUM_SHELL ?? process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] },
  },
});
