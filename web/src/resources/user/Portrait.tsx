import { Avatar } from "@/ui/Avatar";
import { useAvatar, type AvatarSize } from "./avatars";

/** A person's portrait, or initials, beside their name. */
export function Portrait({ person, size = 64, className }: { person: { id: string; name: string }; size?: AvatarSize; className?: string }) {
  return <Avatar id={person.id} name={person.name} src={useAvatar(person.id, size)} className={className} />;
}
