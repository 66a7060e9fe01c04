import { expect, test } from "vitest";
import { codeIn, scannedCode } from "./code";

test("a code is read as people write it", () => {
  for (const typed of ["7K3M-9QXT", "7k3m9qxt", " 7K3M 9QXT ", "7-K3M9QX-T"]) expect(codeIn(typed)).toBe("7K3M-9QXT");
  expect(codeIn("oil0 OIL0")).toBe("0110-0110");
  for (const none of ["", "7K3M", "7K3M-9QXU", "7K3M-9QXTT", "７K3M9QXT", "ſK3M9QXT"]) expect(codeIn(none), none).toBeUndefined();
});

test("only an address of ours leads to a label", () => {
  const ours = "https://app.example";
  expect(scannedCode("https://app.example/t/7K3M9QXT", ours)).toBe("7K3M-9QXT");
  expect(scannedCode("HTTPS://APP.EXAMPLE/t/7k3m-9qxt/", ours)).toBe("7K3M-9QXT");
  expect(scannedCode("7K3M-9QXT", ours)).toBe("7K3M-9QXT");
  for (const other of [
    "https://evil.example/t/7K3M9QXT", "http://app.example/t/7K3M9QXT", "https://app.example.evil.example/t/7K3M9QXT", "https://app.example@evil.example/t/7K3M9QXT",
    "https://app.example/requests/7K3M9QXT", "https://app.example/t/7K3M9QXT/x", "javascript:alert(1)", "WIFI:S:guest;;", "",
  ]) expect(scannedCode(other, ours), other).toBeUndefined();
});
