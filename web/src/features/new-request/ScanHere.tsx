// Says by a label what is broken, and where.
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { toastError } from "@/app/ErrorWords";
import { isCode } from "@/api/problem";
import { labelOptions, thingOf } from "@/resources/label/queries";
import ScanButton from "@/resources/label/ScanButton";
import { remember } from "@/resources/request/named";
import { toast } from "@/ui/toast";

export default function ScanHere({ onThing }: { onThing: (things: { location?: string; asset?: string }) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const read = async (code: string) => {
    try {
      const label = await client.fetchQuery(labelOptions(code));
      const thing = thingOf(label);
      if (!thing) return toast("failed", t("label.blank"));
      if (!thing.isUsed) return toast("failed", t(thing.noun === "asset" ? "label.retired" : "label.archived"));
      remember(label.asset ?? label.location);
      onThing({ location: thing.location, asset: thing.noun === "asset" ? thing.id : undefined });
    } catch (error) {
      if (isCode(error, "not_found")) toast("failed", t("label.unknown", { code }));
      else toastError(error);
    }
  };
  return <ScanButton onCode={(code) => void read(code)} />;
}
