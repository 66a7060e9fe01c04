// The second piece of the start, as react.ts is the first: the other packages that every page needs.
import "./react";
import "@tanstack/react-query";
import "@tanstack/react-router";
import { breathe } from "./breathe";

await breathe();
