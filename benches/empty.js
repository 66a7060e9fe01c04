// A Worker that does next to nothing: what workerd itself takes to start, to answer, and to call an object. What a build
// takes beyond that is its own.
import { DurableObject } from "cloudflare:workers";

export class RequestObject extends DurableObject {}
export class SessionObject extends DurableObject {
  call(text) {
    return text;
  }
}
export class AccountObject extends DurableObject {}
export class LogStreamObject extends DurableObject {}
export class RequestIndexObject extends DurableObject {}
export class CacheObject extends DurableObject {}
export class DatabaseObject extends DurableObject {}

export default {
  async fetch(request, env) {
    if (request.url.endsWith("/hop")) return new Response(await env.SESSION.getByName("one").call("ok"));
    return new Response("ok");
  },
};
