import { encode } from "uqr";

/** A QR code that bears some dirt (level M), with the four modules of white around it that readers want. */
export function Qr({ text }: { text: string }) {
  const { size, data } = encode(text, { border: 4, ecc: "M" });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg aria-hidden data-qr={text} viewBox={`0 0 ${size} ${size}`} className="size-full">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
