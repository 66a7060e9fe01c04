// The Durable Object class of an actor: what the platform calls, handed to the wasm half (src/host.rs).
import { DurableObject } from "cloudflare:workers";
import * as wasm from "durable-wasm";
import { closeOrphans, enter } from "./life.js";
import "./bridge.js";

/** Codes that say how a connection ended and are never sent (RFC 6455 section 7.4.1). */
const NEVER_SENT = [1005, 1006, 1015];

/** The class of this name; the behaviour is what Rust has registered for it. */
export const actor = (name) =>
  class extends DurableObject {
    /** The Rust half, made anew when the instance that held it is gone. */
    inner(here) {
      if (this.life !== here) {
        if (this.life) closeOrphans(this.ctx.id.toString());
        this.host = new wasm.Host(name, this.ctx, this.env);
        this.life = here;
      }
      return this.host;
    }
    call(message) {
      return enter((here) => this.inner(here).call(message));
    }
    fetch(request) {
      return enter((here) => this.inner(here).connect(request));
    }
    alarm() {
      return enter((here) => this.inner(here).alarm());
    }
    webSocketMessage(socket, message) {
      return enter((here) => this.inner(here).socket_message(socket, message));
    }
    /** A close is answered at once, with the code that came (RFC 6455 section 5.5.1), whatever becomes of the instance. */
    webSocketClose(socket, code, reason) {
      try {
        if (NEVER_SENT.includes(code)) socket.close();
        else socket.close(code, reason);
      } catch {
        // The runtime has answered, or the connection is gone.
      }
      return enter((here) => this.inner(here).socket_closed());
    }
    webSocketError() {
      return enter((here) => this.inner(here).socket_closed());
    }
  };
