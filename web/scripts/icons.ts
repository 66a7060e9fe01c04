// Which icons the first page needs: those that the shell, the home page and the list of requests import. All others come with the
// pages that show them.
import { existsSync, readFileSync, readdirSync } from "node:fs";

const FIRST = ["app", "resources", "ui", "features/home", "features/requests"];
/** Parts of these folders that come later. */
const LATER = /resources\/(file|label)|StandsStill|SameThing|ui\/Sheet|Help|KeyCard|SessionRow|SystemLinks|SystemNav|systemNav/;

const fileOf = (icon: string) => icon.replace(/([a-z0-9])([A-Z])/g, "$1-$2").replace(/([a-z])(\d)/gi, "$1-$2").toLowerCase();

const src = new URL("../src/", import.meta.url);
const files = FIRST.flatMap((folder) => readdirSync(new URL(folder, src), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`));
const texts = files.filter((file) => /\.tsx?$/.test(file) && !LATER.test(file)).map((file) => readFileSync(new URL(file, src), "utf8"));
const imported = texts.flatMap((text) => [...text.matchAll(/import \{([^}]*)\} from "lucide-react"/g)].flatMap(([, names]) => names!.split(",")));
/** An icon that was renamed is a file that has nothing but the way to the new one. */
const renamed = (file: string) => {
  const at = new URL(`../node_modules/lucide-react/dist/esm/icons/${file}.mjs`, import.meta.url);
  return (existsSync(at) && /from '\.\/([^']+)\.mjs'/.exec(readFileSync(at, "utf8"))?.[1]) || file;
};
const first = new Set(imported.map((name) => fileOf(name.trim())).flatMap((file) => [file, renamed(file)]));

/** Whether this module is an icon that the first page does not need. */
export function isLaterIcon(id: string): boolean {
  const icon = /\/lucide-react\/.*\/icons\/([^/]+)\.m?js$/.exec(id)?.[1];
  return icon !== undefined && !first.has(icon);
}
