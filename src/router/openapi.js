// What the API says of itself. It stays a text of JavaScript: in the wasm module every isolate would have it in its memory, and most are
// never asked for it. The build says where it is, without the white space of docs/openapi.json.
import text from "cepatedge-openapi";

globalThis.cepatedge_openapi = () => text;
