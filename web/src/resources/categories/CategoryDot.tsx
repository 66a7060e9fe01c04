import type { Colour } from "./queries";

const LOOKS: Record<Colour, string> = {
  grey: "bg-stone-400", red: "bg-red-500", orange: "bg-orange-500", yellow: "bg-yellow-400", green: "bg-green-600",
  teal: "bg-teal-500", blue: "bg-blue-500", purple: "bg-purple-500", pink: "bg-pink-400",
};

/** The mark of a category beside its name, which says everything without it. */
export const CategoryDot = ({ colour }: { colour: Colour }) => <span aria-hidden className={`inline-block size-2.5 shrink-0 rounded-full forced-color-adjust-none ${LOOKS[colour]}`} />;
