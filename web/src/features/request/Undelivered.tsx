// What of a request did not arrive, for those who manage it: else they wait for somebody who was never told.
import { useQuery } from "@tanstack/react-query";
import { MailWarning } from "lucide-react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";

export default function Undelivered({ id, version }: { id: string; version: number }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["undelivered", id, version],
    queryFn: ({ signal }) => dataOf(api.GET("/api/requests/{id}/undelivered", { params: { path: { id } }, signal })),
    placeholderData: (before) => before,
    retry: false,
  });
  const people = new Map(data?.items.map(({ user, channel }) => [`${user.id} ${channel}`, { name: user.name, channel }]));
  if (people.size === 0) return null;
  return (
    <ul className="mt-3 flex flex-col gap-1 text-xs text-warn">
      {[...people].map(([key, { name, channel }]) => <li key={key} className="words flex items-start gap-1.5"><MailWarning aria-hidden className="mt-0.5 size-3.5 shrink-0" />{t(`share.undelivered_${channel}`, { name })}</li>)}
    </ul>
  );
}
