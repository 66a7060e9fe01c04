// A file by its kind, where it has no small picture.
import { File, FileSpreadsheet, FileText, Film, Image, Music, type LucideIcon } from "lucide-react";
import { kindOf, type FileKind } from "./attachment";

const ICONS: Record<FileKind, LucideIcon> = { picture: Image, pdf: FileText, audio: Music, video: Film, text: FileText, other: File };

export function FileIcon({ type, className = "size-8" }: { type: string; className?: string }) {
  const isPicture = type.startsWith("image/");
  const Icon = /sheet|csv/.test(type) ? FileSpreadsheet : isPicture ? Image : ICONS[kindOf(type)];
  return <Icon aria-hidden className={className} strokeWidth={1.5} />;
}
