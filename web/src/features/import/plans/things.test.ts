import { describe, expect, it } from "vitest";
import { guess, type Mapping } from "@/sheet/columns";
import { planOf } from ".";
import type { Known, There } from "@/sheet/there";
import { tableOf } from "@/sheet/table";
import { encodingOf } from "@/sheet/text";
import { dayOf, orderOf, ownOf } from "../values";

const place = (id: string, name: string, parent: string | null = null, code: string | null = null): There => ({ id, version: 1, name, code, parent, location: null, values: { name, code }, own: {} });
const asset = (id: string, name: string, location: string | null, more: Partial<There> = {}): There => ({ ...place(id, name), location, ...more });
const none = { requests: [], people: [], categories: [] };
const known: Known = { ...none, places: [place("h", "Hotel"), place("f", "Lantai 2", "h"), place("r", "Kamar 201", "f", "K201"), place("o", "Annex"), place("r2", "Kamar 201", "o")], assets: [asset("ac", "AC split", "r"), asset("ac2", "AC split", "r"), asset("p", "Pump", null, { code: "P-1", values: { name: "Pump", code: "P-1", maker: "Grundfos" }, own: { Flow: 17.5, Tag: "12" } })] };

function plan(kind: "assets" | "places", head: string[], lines: string[][], update = true, there = known) {
  const mapping: Mapping = guess(kind, head);
  return planOf(lines.map((cells, at) => ({ line: at + 2, cells })), there, { kind, mapping, order: "day", update });
}
const acts = (made: ReturnType<typeof plan>) => made.items.map(({ act, id, parent }) => [act, id ?? parent ?? null]);
const faults = (made: ReturnType<typeof plan>) => made.errors.map(({ line, column, fault }) => [line, column, fault]);

describe("what an import would do", () => {
  it("finds parents in the file in any order, and in what there is by path, code and name", () => {
    const made = plan("places", ["Name", "Parent Location", "Code"], [["Bath", "Tower > Floor 9 > Suite", ""], ["Suite", "Tower > Floor 9", ""], ["Floor 9", "Tower", ""], ["Tower", "", ""], ["Bath", "K201", ""], ["Shelf", "Annex", ""]]);
    expect(faults(made)).toEqual([]);
    expect(made.items.map(({ parent }) => parent)).toEqual([3, 4, 5, undefined, undefined, undefined]);
    expect(made.items.find(({ line }) => line === 6)?.body).toEqual({ name: "Bath", parent_id: "r" });
  });

  it("tells a name that two have, and takes a path or a code instead", () => {
    const made = plan("assets", ["name", "location"], [["Lamp", "Kamar 201"], ["Lamp", "Hotel > Lantai 2 > kamar 201"], ["Lamp", "hotel/lantai 2/Kamar 201"], ["Lamp", "k201"], ["Lamp", "Kamar 999"]]);
    expect(faults(made)).toEqual([[2, "location", "twice"], [6, "location", "unknown"]]);
    expect(made.items.map(({ body }) => body.location_id)).toEqual(["r", "r", "r"]);
  });

  it("changes nothing the second time, also where things have no code and the same name", () => {
    const lines = [["AC split", "K201"], ["AC split", "K201"], ["AC split", "K201"]];
    expect(acts(plan("assets", ["name", "location"], lines))).toEqual([["same", "ac"], ["same", "ac2"], ["make", null]]);
    const there = { ...known, assets: [...known.assets, asset("ac3", "AC split", "r")] };
    expect(acts(plan("assets", ["name", "location"], lines, true, there)).every(([act]) => act === "same")).toBe(true);
  });

  it("changes what a code names, field by field, and leaves what the file does not say", () => {
    const head = ["Barcode", "Asset name", "Manufacturer", "custom: Flow", "custom: Tag", "Serial No."];
    const made = plan("assets", head, [["p-1", "Pump", "Grundfos", "18", "12", ""]]);
    expect(made.items).toEqual([{ line: 2, name: "Pump", act: "change", id: "p", version: 1, body: { code: "p-1", custom: { Flow: 18, Tag: 12 } }, before: { code: "P-1", custom: { Flow: 17.5, Tag: "12" } }, parent: undefined }]);
    expect(plan("assets", head, [["P-1", "Pump", "Grundfos", "17.5", "12", ""]]).items[0]?.act).toBe("same");
    expect(plan("assets", head, [["P-1", "Other", "", "", "", ""]], false).items[0]?.act).toBe("keep");
  });

  it("says of each bad cell what is wrong with it, and does the other rows", () => {
    const head = ["name", "code", "bought", "status", "parent", "location"];
    const made = plan("assets", head, [["", "N-1", "", "", "", ""], ["x".repeat(121), "", "", "", "", ""], ["A", "C", "31/02/2026", "", "", ""], ["B", "c", "", "glowing", "", ""], ["Good", "", "1/2/2026", "Down", "Pump", "Annex"]]);
    expect(faults(made)).toEqual([[2, "name", "required"], [3, "name", "too_long"], [4, "bought", "not_a_day"], [5, "code", "code_twice"]].sort());
    expect(made.items.map(({ body }) => body)).toEqual([{ name: "Good", bought: "2026-02-01", status: "out_of_service", parent_id: "p", location_id: "o" }]);
  });

  it("finds circles and what is too deep, and ends", () => {
    const made = plan("places", ["name", "parent"], [["A", "B"], ["B", "A"], ["C", "C"]]);
    expect(faults(made)).toEqual([[2, "parent", "itself"], [3, "parent", "itself"], [4, "parent", "unknown"]]);
    const deep = plan("places", ["name", "code", "parent_code"], Array.from({ length: 18 }, (_, n) => [`L${n}`, `c${n}`, n === 0 ? "" : `c${n - 1}`]));
    expect(faults(deep)).toEqual([[18, "parent", "too_deep"], [19, "parent", "too_deep"]]);
  });

  it("is quick: ten thousand rows among ten thousand", () => {
    const places = Array.from({ length: 10_000 }, (_, n) => place(`p${n}`, `Room ${n}`, n < 100 ? null : `p${n % 100}`, `R${n}`));
    const before = performance.now();
    const made = plan("assets", ["name", "code", "location"], Array.from({ length: 10_000 }, (_, n) => [`Thing ${n}`, `T${n}`, n % 20 === 0 ? "nowhere" : `R${n}`]), true, { ...none, places, assets: [] });
    expect([made.items.length, made.errors.length]).toEqual([9_500, 500]);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

describe("files as they are in the field", () => {
  const bytes = (text: string, encoding: "utf8" | "utf16le" | "latin1", ...mark: number[]) => new Blob([new Uint8Array([...mark, ...Buffer.from(text, encoding)])]);
  it.each([
    ["utf-8", bytes("name;notes\nPompa;Zähler\n", "utf8")],
    ["utf-8", bytes("name;notes\nPompa;Zähler\n", "utf8", 0xef, 0xbb, 0xbf)],
    ["utf-16le", bytes("name;notes\nPompa;Zähler\n", "utf16le", 0xff, 0xfe)],
    ["utf-16le", bytes("name;notes\nPompa;Zähler\n", "utf16le")],
    ["windows-1252", bytes("name;notes\r\nPompa;Zähler\r\n", "latin1")],
  ])("reads %s", async (encoding, blob) => {
    const table = await tableOf(blob);
    expect([table.encoding, table.separator, table.head]).toEqual([encoding, ";", ["name", "notes"]]);
    expect(table.rows).toEqual([{ line: 2, cells: ["Pompa", "Zähler"] }]);
  });
  it("reads quoted lines and separators, and counts lines as a spreadsheet does", async () => {
    const table = await tableOf(bytes('name,notes\n"Lift, east","two\nlines ""here"""\n\n,\nPump,\n', "utf8"));
    expect(table.rows).toEqual([{ line: 2, cells: ["Lift, east", 'two\nlines "here"'] }, { line: 5, cells: ["Pump", ""] }]);
  });
  it("believes a file that says its separator, and one whose head has another in quotes", async () => {
    expect(await tableOf(bytes("sep=;\r\nname;notes\r\nA,B;C\r\n", "utf8"))).toMatchObject({ separator: ";", head: ["name", "notes"], rows: [{ line: 3, cells: ["A,B", "C"] }] });
    expect(await tableOf(bytes('"name, as written, here";notes\nA;C', "utf8"))).toMatchObject({ separator: ";", head: ["name, as written, here", "notes"] });
  });
  it("says what it cannot read", async () => {
    await expect(tableOf(new Blob([]))).rejects.toMatchObject({ why: "empty" });
    await expect(tableOf(new Blob([new Uint8Array([0xd0, 0xcf, 0x11, 0xe0])]))).rejects.toMatchObject({ why: "old_excel" });
    await expect(tableOf(bytes("name\n", "utf8"))).rejects.toMatchObject({ why: "no_rows" });
    await expect(tableOf(bytes("PK\x03\x04 broken", "latin1"))).rejects.toMatchObject({ why: "broken" });
    expect(encodingOf(new Uint8Array([]))).toBe("utf-8");
  });
  it("knows the heads of Atlas CMMS, and ours", () => {
    const atlas = "ID,Name,Description,Status,Archived,Location Name,Parent Asset,Area,Barcode,Category,Primary User,Warranty Expiration Date,Additional Information,Serial Number,Assigned To,Teams,Parts,Vendors,Contractors,Acquisition cost".split(",");
    expect(guess("assets", atlas)).toEqual([undefined, "name", "notes", "status", undefined, "location", "parent", undefined, "code", "category", undefined, "warranty_until", undefined, "serial", undefined, undefined, undefined, undefined, undefined, "cost"]);
    expect(guess("places", ["Nama", "Kode", "Induk", "Alamat"])).toEqual(["name", "code", "parent", "address"]);
    expect(guess("assets", ["location", "Location Name", "custom: Daya (kW)"])).toEqual(["location", undefined, "own:Daya (kW)"]);
  });
  it("takes days for what they are", () => {
    expect([orderOf(["1/2/2026", "13/2/2026"]), orderOf(["2/13/2026"]), orderOf(["1/2/2026"])]).toEqual(["day", "month", undefined]);
    expect([dayOf("3.4.2026", "day"), dayOf("3/4/2026", "month"), dayOf("2026-11-30 00:00", "day"), dayOf("30/02/2026", "day"), dayOf("soon", "day")]).toEqual(["2026-04-03", "2026-03-04", "2026-11-30", undefined, undefined]);
    expect(["007", "7", "1e3", "-0.5", "TRUE", "", " "].map(ownOf)).toEqual(["007", 7, "1e3", -0.5, true, "", " "]);
  });
});
