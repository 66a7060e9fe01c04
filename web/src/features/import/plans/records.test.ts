import { describe, expect, it } from "vitest";
import { guess, type Kind } from "@/sheet/columns";
import type { Known, There } from "@/sheet/there";
import { planOf, type Choice } from ".";

const there = (id: string, name: string, more: Partial<There> = {}): There => ({ id, version: 3, name, code: null, parent: null, location: null, values: {}, own: {}, ...more });
const known: Known = {
  places: [there("h", "Hotel"), there("r", "Kamar 201", { parent: "h", code: "K201" }), there("o", "Annex"), there("r2", "Kamar 201", { parent: "o" })],
  assets: [there("ac", "AC split", { code: "AC-1", location: "r" })],
  requests: [
    there("q1", "Drips", { code: "MR-000007", location: "r", values: { asset: null, status: "submitted" } }),
    there("q2", "Hums", { code: "MR-000008", location: "r", values: { asset: "ac", status: "closed" } }),
    there("q3", "Broken", { code: "MR-000009", values: { asset: null, status: "cancelled" } }),
  ],
  people: [there("b", "Budi", { code: "budi@hotel.test" }), there("w1", "Wayan", { code: "wayan" }), there("w2", "Wayan", { code: "w@hotel.test" })],
  categories: [there("plumbing", "plumbing", { values: { name: "plumbing", colour: "blue", priority: null, archived: false } })],
};

function plan(kind: Kind, head: string[], lines: string[][], more: Partial<Choice> = {}) {
  const mapping = guess(kind, head);
  expect(mapping).not.toContain(undefined);
  const { items, errors } = planOf(lines.map((cells, at) => ({ line: at + 2, cells })), known, { kind, mapping, order: "day", update: true, ...more });
  return { items: items.map(({ act, name, body, id }) => ({ act, name, body: act === "same" ? undefined : body, id: act === "same" ? id : undefined })), faults: errors.map(({ line, column, fault }) => [line, column, fault]) };
}

describe("requests", () => {
  it("come in as open work, with what their words mean, in either language", () => {
    const { items, faults } = plan("requests", ["Title", "Priority", "Location name", "Asset name", "Requested By", "Category", "Bahaya"], [
      ["Lampu mati", "Tinggi", "K201", "", "BUDI@hotel.test", "Pipa", "ya"],
      ["Noise", "", "Hotel > Kamar 201", "AC-1", "budi", "Fountains", "No"],
    ], { categories: new Map([["pipa", "plumbing"]]) });
    expect(faults).toEqual([]);
    expect(items).toEqual([
      { act: "make", name: "Lampu mati", body: { title: "Lampu mati", category: "plumbing", priority: "high", hazard: true, location_id: "r", requester_id: "b" } },
      { act: "make", name: "Noise", body: { title: "Noise", category: "Fountains", priority: "normal", location_id: "r", asset_id: "ac", requester_id: "b" } },
    ]);
  });
  it("that are there already are left as they are, each once; what was withdrawn is no obstacle", () => {
    const { items } = plan("requests", ["title", "number", "location_code", "asset"], [
      ["drips ", "", "k201", ""], ["Drips", "", "K201", ""], ["Hums", "", "", "AC split"], ["Anything", "mr-000009", "", ""], ["Broken", "X-1", "", ""],
    ]);
    expect(items.map(({ act, id }) => [act, id])).toEqual([["same", "q1"], ["make", undefined], ["same", "q2"], ["same", "q3"], ["make", undefined]]);
  });
  it("that name what is unknown, or are done, are told by row and column", () => {
    const { faults } = plan("requests", ["title", "status", "priority", "requester", "location", "hazard"], [
      ["", "Open", "ASAP", "wayan", "Kamar 201", "maybe"], ["Done", "Complete", "", "nobody", "Kamar 999", ""], ["Open", "IN_PROGRESS", "", "w@hotel.test", "", ""], ["x".repeat(201), "", "", "", "", ""],
    ]);
    expect(faults).toEqual([
      [2, "location", "twice"], [3, "location", "unknown"], [5, "title", "too_long"],
    ]);
    expect(plan("requests", ["title", "status", "priority", "requester", "hazard"], [["", "Open", "ASAP", "wayan", "maybe"], ["Done", "Complete", "", "nobody", ""], ["Open", "IN_PROGRESS", "", "w@hotel.test", ""]]).faults).toEqual([
      [2, "title", "required"], [2, "priority", "not_a_priority"], [2, "hazard", "not_yes_no"],
      [3, "status", "is_done"], [3, "requester", "unknown_person"],
    ]);
  });
});

describe("people", () => {
  it("are invited by address or user name, and those who are here stay as they are", () => {
    const { items, faults } = plan("people", ["Full name", "E-mail", "Username", "Peran", "Bahasa"], [
      ["Made", "mailto:made@hotel.test", "", "Teknisi", "Bahasa Indonesia"], ["", "", "Ketut.1", "", ""], ["Other name", "Budi@Hotel.test", "", "admin", ""],
    ]);
    expect(faults).toEqual([]);
    expect(items).toEqual([
      { act: "make", name: "Made", body: { email: "made@hotel.test", name: "Made", role: "technician", language: "id" } },
      { act: "make", name: "ketut.1", body: { username: "ketut.1", role: "requester" } },
      { act: "same", name: "Other name", id: "b" },
    ]);
  });
  it("are wrong without a login, with one that is none, and when they are in the file twice", () => {
    expect(plan("people", ["name", "email", "username", "role", "language"], [
      ["A", "", "", "", ""], ["B", "not an address", "", "", ""], ["C", "", "9x", "", ""], ["D", "d@x.test", "", "boss", "fr"], ["E", "D@x.test", "", "", ""],
    ]).faults).toEqual([[2, "email", "required"], [3, "email", "not_an_address"], [4, "username", "not_a_username"], [5, "role", "not_a_role"], [5, "language", "not_a_language"], [6, "email", "in_file_twice"]]);
  });
});

describe("categories", () => {
  const lines = [["Pipa", "hijau", "darurat", ""], ["Kolam", "", "", ""], ["kolam", "", "", ""], ["Taman", "mauve", "", "mungkin"]];
  it("are added and changed by their names in the reader's language", () => {
    const { items, faults } = plan("categories", ["Nama", "Warna", "Prioritas", "Arsip"], lines, { categories: new Map([["pipa", "plumbing"]]) });
    expect(items).toEqual([
      { act: "change", name: "plumbing", body: { colour: "green", priority: "urgent" } },
      { act: "make", name: "Kolam", body: { name: "Kolam", colour: "grey", priority: null, archived: false } },
    ]);
    expect(faults).toEqual([[4, "name", "in_file_twice"], [5, "colour", "not_a_colour"], [5, "archived", "not_yes_no"]]);
  });
  it("are sixty at most, and left alone where that was chosen", () => {
    const many = plan("categories", ["name", "colour"], [["plumbing", "red"], ...Array.from({ length: 60 }, (_, n) => [`C${n}`, ""])], { update: false });
    expect(many.items.filter(({ act }) => act === "make")).toHaveLength(59);
    expect(many.items[0]!.act).toBe("keep");
    expect(many.faults).toEqual([[62, "name", "too_many_categories"]]);
  });
});
