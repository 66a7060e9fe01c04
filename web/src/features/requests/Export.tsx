// The list as a file: what its filters leave, all of it.
import { Download, Upload } from "lucide-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";
import { api } from "@/api/client";
import { manages } from "@/api/types";
import { toastError } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { asked, type Filters } from "@/resources/request/filters";
import { Button, buttonClass } from "@/ui/Button";
import { save } from "@/ui/save";

const NAME = /filename="([^"]+)"/;

export default function Export({ filters }: { filters: Filters }) {
  const { t } = useTranslation();
  const { role } = useMe();
  const download = useMutation({
    mutationFn: async (ending: "csv" | "xlsx") => {
      // Spreadsheets take a file without a byte order mark for one in another encoding.
      const query = { ...asked(filters), bom: true };
      const { data, response } = await api.GET("/api/requests.csv", { params: { query }, parseAs: "blob" });
      const name = NAME.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "requests.csv";
      const file = data as unknown as Blob;
      save(ending === "csv" ? file : await (await import("@/sheet/write")).workbookOfCsv(file), name.replace(/csv$/, ending));
    },
    onError: toastError,
  });
  // On a phone there is room beside the count for one of them, and for few letters.
  return <>{(["csv", "xlsx"] as const).map((ending) => (
    <Button key={ending} kind="quiet" aria-label={t(`export.${ending}`)} busy={download.isPending && download.variables === ending} disabled={download.isPending} onClick={() => download.mutate(ending)} className={`px-2! ${ending === "xlsx" ? "max-sm:hidden" : ""}`}>
      <Download aria-hidden className="size-4 max-sm:hidden" />
      <span className="sm:hidden">{t("export.csv_short")}</span><span className="max-sm:hidden">{t(`export.${ending}`)}</span>
    </Button>
  ))}
    {manages(role) && <Link to="/import" search={{ kind: "requests" }} className={`${buttonClass("quiet")} px-2! max-lg:hidden`}><Upload aria-hidden className="size-4" />{t("export.import")}</Link>}
  </>;
}
