// What an import of people would do: whoever is not here yet is invited. Who is here already stays as they are.
import type { Target } from "@/sheet/columns";
import { fold } from "./names";
import { planned, required, tooLong, wordOf, type Planner } from "./plan";
import { LANGUAGES, ROLES } from "./words";

const LONGEST: Partial<Record<Target, number>> = { name: 100, email: 254 };
/** What the server would not take is refused by it as well; this is to tell it before. */
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/;
const USERNAME = /^[a-z][a-z0-9._-]{2,31}$/;

export const planPeople: Planner = (rows, known) => {
  const there = new Map(known.people.map((person) => [fold(person.code ?? ""), person]));
  const seen = new Set<string>();
  return planned(rows, (row) => {
    const { line, cells } = row;
    const email = cells.email?.replace(/^mailto:/i, "") ?? "";
    const username = email ? "" : (cells.username ?? "").toLowerCase();
    const [column, login]: [Target, string] = email || !username ? ["email", email] : ["username", username];
    const name = cells.name || login;
    const fault = (fault: "not_an_address" | "not_a_username" | "in_file_twice") => void row.faults.push({ line, column, value: login, fault });
    if (!login) required(row, "email");
    else if (email && !ADDRESS.test(email)) fault("not_an_address");
    else if (username && !USERNAME.test(username)) fault("not_a_username");
    else if (seen.has(fold(login))) fault("in_file_twice");
    seen.add(fold(login));
    const known = there.get(fold(login));
    if (known) return { line, name, act: "same", id: known.id, version: 0, body: {} };
    tooLong(row, LONGEST);
    const role = wordOf(row, "role", ROLES, "not_a_role") ?? "requester";
    const language = wordOf(row, "language", LANGUAGES, "not_a_language");
    return { line, name, act: "make", body: { ...(email ? { email } : { username }), ...(cells.name && { name: cells.name }), role, ...(language && { language }) } };
  });
};
