// Live viewers: hibernating WebSockets, each with a note of who looks in its attachment.

import type { Env } from "../env.ts";
import type { Caller } from "../domain/request.ts";
import { type Outcome, type Refusal, Refused } from "../domain/refusal.ts";
import type { Held } from "./session.ts";

export const RECHECK_MS = 30_000;
const SESSION_ENDED = 1008;

export type Viewer = { org: string; caller: Caller; session: string; checked_at: number; wish: string | null };

/** What the router asks an object for when a client opens a socket. */
export type Upgrade = { org: string; caller: Caller; session: string; after: number | null; wish: string | null };

export const upgradeRequest = (upgrade: Upgrade): Request =>
  new Request("https://object/", { headers: { upgrade: "websocket", "x-upgrade": encodeURIComponent(JSON.stringify(upgrade)) } });

export const readUpgrade = (request: Request): Upgrade =>
  JSON.parse(decodeURIComponent(request.headers.get("x-upgrade") ?? "")) as Upgrade;

export class Sockets {
  #recheckAt: number | null | undefined;

  constructor(
    readonly ctx: DurableObjectState,
    readonly env: Env,
  ) {}

  accept(upgrade: Upgrade): { socket: WebSocket; response: Response } {
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const { 0: theirs, 1: ours } = new WebSocketPair();
    this.ctx.acceptWebSocket(ours);
    const { org, caller, session, wish } = upgrade;
    ours.serializeAttachment({ org, caller, session, wish, checked_at: Date.now() } satisfies Viewer);
    this.#recheckAt = undefined;
    return { socket: ours, response: new Response(null, { status: 101, webSocket: theirs }) };
  }

  viewers(): [WebSocket, Viewer][] {
    return this.ctx.getWebSockets().map((socket) => [socket, socket.deserializeAttachment() as Viewer]);
  }

  changed(): void {
    this.#recheckAt = undefined;
  }

  nextDue(): number | null {
    if (this.#recheckAt === undefined) {
      const first = this.viewers().reduce<number | null>(
        (least, [, viewer]) => (least === null ? viewer.checked_at : Math.min(least, viewer.checked_at)),
        null,
      );
      this.#recheckAt = first === null ? null : first + RECHECK_MS;
    }
    return this.#recheckAt;
  }

  async dropEndedSessions(): Promise<void> {
    const now = Date.now();
    const bySession = new Map<string, [WebSocket, Viewer][]>();
    for (const [socket, viewer] of this.viewers()) {
      if (viewer.checked_at + RECHECK_MS > now) continue;
      const known = bySession.get(viewer.session);
      if (known) known.push([socket, viewer]);
      else bySession.set(viewer.session, [[socket, viewer]]);
    }
    await Promise.all([...bySession].map(([session, sockets]) => this.#recheck(session, sockets)));
    this.#recheckAt = undefined;
  }

  async #recheck(session: string, sockets: [WebSocket, Viewer][]): Promise<void> {
    const org = sockets[0]![1].org;
    let held: Outcome<Held>;
    try {
      held = await this.env.SESSION.getByName(`${org}/${session}`).check(session);
    } catch {
      return;
    }
    for (const [socket, viewer] of sockets) {
      if ("ok" in held && held.ok.caller.role === viewer.caller.role) {
        socket.serializeAttachment({ ...viewer, checked_at: Date.now() });
      } else {
        socket.close(SESSION_ENDED, "session ended");
      }
    }
  }
}

/** A refused upgrade travels as the body of a 400. */
export function upgrading(work: () => Response): Response {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) return Response.json(error.refusal, { status: 400 });
    throw error;
  }
}

export const readRefusal = (response: Response): Promise<Refusal> => response.json();
