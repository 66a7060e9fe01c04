import { expect, test } from "vitest";
import type { Profile, RequestRecord } from "@/api/types";
import type { Kept } from "@/offline/store";
import { project } from "./project";

type Me = Profile["user"];
const technician: Me = { id: "t", name: "Citra", email: "tech@cepatedge.test", username: null, role: "technician" };
const record = { id: "1", status: "assigned", assignee: { id: "t", name: "Citra" }, requester: { id: "r", name: "Eka" }, allowed_actions: [] } as unknown as RequestRecord;
const release = { key: "k", kind: "action", path: "/api/requests/1/release", body: { reason: "No ladder" } } as unknown as Kept;

/** What is offered to me once my release is carried out. */
const offered = (me: Me, is: Partial<RequestRecord> = {}) => project({ record: { ...record, ...is }, events: [] }, [release], me).record.allowed_actions;

test("work that I give back can be claimed again, unless the settings keep that from technicians", () => {
  expect(offered(technician)).toEqual(["assign"]);
  expect(offered({ ...technician, withheld: ["take_over"] })).toEqual(["assign"]);
  expect(offered({ ...technician, withheld: ["claim"] })).toEqual([]);
  const manager: Me = { ...technician, id: "m", role: "manager", withheld: ["approve"] };
  expect(offered(manager)).toEqual(["assign", "cancel"]);
});
