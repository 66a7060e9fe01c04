// A Worker that does nothing: what workerd itself takes to start, to be taken off from what a build takes.
import { DurableObject } from "cloudflare:workers";

export class RequestObject extends DurableObject {}
export class SessionObject extends DurableObject {}
export class AccountObject extends DurableObject {}
export class LogStreamObject extends DurableObject {}
export class RequestIndexObject extends DurableObject {}
export class CacheObject extends DurableObject {}
export class DatabaseObject extends DurableObject {}

export default { fetch: () => new Response("ok") };
