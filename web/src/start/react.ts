// The first piece of the start, a file of its own (vite.config.ts): React is evaluated, and whoever imports this goes on in the
// next task.
import "react-dom/client";
import { breathe } from "./breathe";

await breathe();
