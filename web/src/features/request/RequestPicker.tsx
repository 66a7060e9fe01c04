// Chooses another request: by its number or by words, as one types.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import type { Summary } from "@/api/types";
import { requestsOf } from "@/resources/request/search";
import { Combobox } from "@/ui/Combobox";
import { useRested } from "@/ui/useRested";

interface Props {
  id?: string;
  chosen: Summary | null;
  /** What cannot be chosen. */
  without: string[];
  onPick: (request: Summary | null) => void;
}

const called = ({ number, title }: Summary) => [number, title].filter(Boolean).join(" ");

export function RequestPicker({ chosen, without, onPick, ...field }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const asked = useRested(text);
  const { data, isError } = useQuery({ queryKey: ["palette", "requests-to-link", asked], queryFn: ({ signal }) => requestsOf(asked, signal), enabled: asked !== "", retry: false });
  // Enter takes the first one: what was found for other words is not offered.
  const found = text !== "" && text === asked ? (data ?? []).filter(({ id }) => !without.includes(id)) : [];
  return (
    <Combobox
      {...field} chosen={chosen ? called(chosen) : undefined} onType={setText} isBusy={!isError && text !== "" && (text !== asked || data === undefined)}
      options={found.map((row) => ({ id: row.id, title: called(row), hint: [t(`status.${row.status}`), row.location?.name].filter(Boolean).join(" · ") }))}
      words={{ none: t(text === "" ? "linking.type" : "linking.none"), clear: t("linking.clear"), busy: t("common.loading") }}
      onPick={(option) => onPick(found.find(({ id }) => id === option?.id) ?? null)}
    />
  );
}
