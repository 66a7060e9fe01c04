import type { RequestRecord } from "@/api/types";

/** Whether a request says that its thing stands still, and it does still. */
export const isDown = ({ down_since, down_until, completed_at, status }: RequestRecord) =>
  Boolean(down_since) && !down_until && !completed_at && status !== "rejected" && status !== "cancelled";
