// A WebSocket that comes back by itself. It tells what it hears and whether it is connected; what was missed in between
// is the listener's to ask for, by the address that `path` gives at each attempt.
import { backoffMs } from "./backoff";

/** `ended`: the server closed it for good, because the session is over. */
export type Connection = "connecting" | "live" | "lost" | "ended";

export interface Listener {
  path(): string;
  message(message: unknown): void;
  connection(connection: Connection): void;
}

const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 8_000;
const OPEN_WITHIN_MS = 10_000;
const OFFLINE_RETRY_MS = 15_000;
/** RFC 6455: policy violation; the server's word for a session that has ended. */
const SESSION_ENDED = 1008;

export class LiveSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private ping: ReturnType<typeof setInterval> | undefined;
  private deadline: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(private readonly listener: Listener) {
    addEventListener("online", this.now);
    addEventListener("offline", this.lose);
    document.addEventListener("visibilitychange", this.wake);
    this.open();
  }

  close() {
    this.closed = true;
    removeEventListener("online", this.now);
    removeEventListener("offline", this.lose);
    document.removeEventListener("visibilitychange", this.wake);
    this.drop();
  }

  private open() {
    this.drop();
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + this.listener.path());
    this.socket = socket;
    this.deadline = setTimeout(this.lose, OPEN_WITHIN_MS);
    socket.onopen = () => {
      this.attempt = 0;
      clearTimeout(this.deadline);
      this.ping = setInterval(this.check, PING_EVERY_MS);
      this.listener.connection("live");
    };
    socket.onmessage = ({ data }) => {
      clearTimeout(this.deadline);
      if (data !== "pong") this.listener.message(JSON.parse(String(data)));
    };
    socket.onclose = ({ code }) => {
      if (code !== SESSION_ENDED) return this.lose();
      this.close();
      this.listener.connection("ended");
    };
  }

  private drop() {
    clearTimeout(this.retry);
    clearTimeout(this.deadline);
    clearInterval(this.ping);
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private check = () => {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send("ping");
    clearTimeout(this.deadline);
    this.deadline = setTimeout(this.lose, PONG_WITHIN_MS);
  };

  private lose = () => {
    this.drop();
    if (this.closed) return;
    this.listener.connection("lost");
    // Without a network the event of its return comes first; the slow attempts are for browsers that do not tell.
    const delay = navigator.onLine ? backoffMs(this.attempt++) : OFFLINE_RETRY_MS;
    this.retry = setTimeout(() => this.open(), delay);
  };

  private now = () => {
    this.attempt = 0;
    this.open();
  };

  private wake = () => {
    if (document.visibilityState !== "visible") return;
    if (this.socket === null) this.now();
    else this.check();
  };
}
