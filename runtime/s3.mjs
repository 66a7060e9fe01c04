// A server that speaks S3 and checks signatures, on a folder: `node --openssl-legacy-provider s3.mjs <folder> <bucket>`. The `testbed` crate
// starts it for the tests of files. It says {"port":…} once it listens, and ends with its standard input.
// (It makes its marks for the next page of a list with a cipher that OpenSSL 3 has in its legacy provider alone.)
import { createRequire } from "node:module";

const S3rver = createRequire(import.meta.url)("@20minutes/s3rver");
const [directory, bucket] = process.argv.slice(2);
const server = new S3rver({ directory, silent: true, vhostBuckets: false, configureBuckets: [{ name: bucket }] });
await server.configureBuckets();
const listening = server.listen(0, "127.0.0.1", () => process.stdout.write(`${JSON.stringify({ port: listening.address().port })}\n`));
process.stdin.on("end", () => process.exit(0)).resume();
